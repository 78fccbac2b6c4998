import { z } from 'zod'
import { decide } from '../decide.ts'
import { procedure, router } from '../trpc.ts'

export const toolsRouter = router({
  /**
   * Allows or denies a call that waits for that. The last decision of an answer starts the run `runId`, which goes on with
   * it: `{ runId }`. Before that: `{ waitingFor }`, the ids of the calls that are not decided. The first decision counts.
   */
  decide: procedure
    .input(z.strictObject({ callId: z.uuid(), approve: z.boolean(), runId: z.uuid() }))
    .mutation(({ ctx, input }) => decide(ctx, input)),
})
