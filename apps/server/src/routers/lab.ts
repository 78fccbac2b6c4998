import { z } from 'zod'
import { procedure, router } from '../trpc.ts'

/** For the lab page: the flow of a run as the server sees it. In development only. */
export const labRouter = router({
  state: procedure.input(z.strictObject({ runId: z.uuid() })).query(async ({ ctx, input }) => ({
    ...(await ctx.runs.inspect(ctx.owner, input.runId)),
    claudeSent: ctx.claudeSent?.(),
  })),
})
