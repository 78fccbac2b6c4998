import { z } from 'zod'
import { startRun } from '../start-run.ts'
import { procedure, router } from '../trpc.ts'

export const haikuRouter = router({
  start: procedure
    .input(z.strictObject({ runId: z.uuid(), about: z.string().min(1).max(200) }))
    .mutation(({ ctx, input: { runId, about } }) => {
      const content = `Write a haiku about ${about}. Nothing else.`
      return startRun(ctx, {
        runId,
        request: { model: 'claude-haiku-5-5', maxTokens: 2000, messages: [{ role: 'user', content }] },
      })
    }),
})
