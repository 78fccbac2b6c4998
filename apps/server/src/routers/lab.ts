import { z } from 'zod'
import { procedure, router } from '../trpc.ts'

/** For the lab of the page: how the flow of a run looks from here. Mounted in development only. */
export const labRouter = router({
  state: procedure.input(z.strictObject({ runId: z.uuid() })).query(async ({ ctx, input }) => ({
    ...(await ctx.runs.inspect(ctx.owner, input.runId)),
    claudeSent: ctx.claudeSent?.(),
  })),
})
