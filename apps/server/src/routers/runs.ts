import { parsePosition } from '@sluice/events'
import type { LogEntry } from '@sluice/runs'
import { tracked } from '@trpc/server'
import { z } from 'zod'
import { toTrpcError } from '../to-trpc-error.ts'
import { procedure, router } from '../trpc.ts'

const PositionIdSchema = z.string().transform((id, context) => {
  const position = parsePosition(id)
  if (position !== undefined) return position
  context.addIssue({ code: 'custom', message: 'expected a position: a whole number ≥ 0 in decimal digits' })
  return z.NEVER
})

export const runsRouter = router({
  /**
   * A run's events after a position, until `done` or `error`. The SSE id of each is the position after it, which tRPC
   * and EventSource send as `lastEventId` when they reconnect. With `readerId` the server sends at most a window beyond
   * that reader's last ack.
   */
  events: procedure
    .input(
      z.strictObject({
        runId: z.uuid(),
        readerId: z.uuid().optional(),
        lastEventId: PositionIdSchema.optional(),
      }),
    )
    .subscription(async ({ ctx, input, signal = NEVER }) => {
      const { runId, readerId, lastEventId: after = 0 } = input
      await ctx.limits.subscribe(ctx.owner)
      return trackedEvents(await ctx.runs.read(ctx.owner, runId, { after, readerId, signal }))
    }),

  /** Everything up to `position` has been rendered. Also renews the reader's lease: send it at least every 10 s. */
  ack: procedure
    .input(z.strictObject({ runId: z.uuid(), readerId: z.uuid(), position: z.int().min(0) }))
    .mutation(async ({ ctx, input: { runId, ...ack } }) => {
      await ctx.limits.ack(ctx.owner)
      await ctx.runs.ack(ctx.owner, runId, ack)
    }),

  /** Ends the run with `done`, stop reason `stopped`. */
  stop: procedure.input(z.strictObject({ runId: z.uuid() })).mutation(async ({ ctx, input }) => {
    await ctx.runs.stop(ctx.owner, input.runId)
  }),
})

async function* trackedEvents(entries: AsyncIterable<LogEntry>) {
  try {
    for await (const { position, event } of entries) yield tracked(String(position), event)
  } catch (error) {
    throw toTrpcError(error)
  }
}

/** For callers without a connection that could close. */
const NEVER = new AbortController().signal
