import { z } from 'zod'
import { startRun } from '../start-run.ts'
import { procedure, router } from '../trpc.ts'

const output = z.object({ days: z.array(z.object({ place: z.string(), plan: z.string() })).min(1) })

export const tripRouter = router({
  start: procedure
    .input(z.strictObject({ runId: z.uuid(), to: z.string().min(1).max(200) }))
    .mutation(({ ctx, input: { runId, to } }) => {
      const messages = [{ role: 'user' as const, content: `Plan three days in ${to}.` }]
      return startRun(ctx, { runId, request: { model: 'claude-haiku-5-5', messages, output } })
    }),
})
