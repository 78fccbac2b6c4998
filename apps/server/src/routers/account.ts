import { procedure, router } from '../trpc.ts'

export const accountRouter = router({
  /** Token counts and cost of the caller's answers on each of the last 35 UTC days, the newest first. */
  usage: procedure.query(({ ctx }) => ctx.accounts.usage(ctx.owner)),

  /** Stops the caller's answers and deletes all of the caller's conversations. */
  deleteContent: procedure.mutation(({ ctx }) => ctx.accounts.deleteContent(ctx.owner)),
})
