import { EMPTY_RUN_VIEW, ErrorCodeSchema, type RunView, UsageSchema } from '@sluice/events'
import * as z from 'zod/mini'
import { AttachmentSchema } from './attachment.ts'
import type { Question } from './messages.ts'
import { type RunTimes, RunTimesSchema } from './run-times.ts'

const RunViewSchema = z.pipe(
  z
    .object({
      status: z.enum(['pending', 'thinking', 'streaming', 'done', 'failed']),
      position: z.int().check(z.nonnegative()),
      model: z.string(),
      thinking: z.string(),
      text: z.string(),
      stopReason: z.optional(z.string()),
      usage: z.optional(UsageSchema),
      costUsd: z.optional(z.nullable(z.number())),
      error: z.optional(z.object({ code: ErrorCodeSchema, message: z.string(), retryable: z.boolean() })),
    })
    // A run is resumed at `position` with this text before it, so the two must agree.
    .check(z.refine((view) => view.position >= view.thinking.length + view.text.length)),
  z.transform((view): RunView => ({ ...EMPTY_RUN_VIEW, ...view })),
)

export const StoredTurnsSchema = z.array(
  z.object({
    runId: z.uuid(),
    prompt: z.string(),
    view: RunViewSchema,
    attachments: z.optional(z.array(AttachmentSchema)),
    times: z.optional(RunTimesSchema),
    leftOut: z.optional(z.int().check(z.nonnegative())),
    pending: z.optional(z.boolean()),
  }),
)

export interface StoredTurn extends Question {
  readonly runId: string
  readonly view: RunView
  readonly times?: RunTimes | undefined
  /** How many earlier turns Claude was not told of, since the conversation had become too long. */
  readonly leftOut?: number | undefined
  /** The server has not confirmed the run yet. */
  readonly pending?: boolean | undefined
}

/** Where a conversation survives a reload. */
export interface ChatStorage {
  load(): readonly StoredTurn[]
  save(turns: readonly StoredTurn[]): void
}
