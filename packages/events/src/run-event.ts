import * as z from 'zod/mini'

/**
 * Why a run failed. `abandoned`: nobody read it any more. `interrupted`: the server stopped or died under it.
 * The others say what Claude, or the way to Claude, did.
 */
export const ErrorCodeSchema = z.enum([
  'overloaded',
  'rate_limited',
  'auth',
  'invalid_request',
  'upstream_timeout',
  'upstream_interrupted',
  'refused',
  'abandoned',
  'interrupted',
  'internal',
])
export type ErrorCode = z.infer<typeof ErrorCodeSchema>

const CountSchema = z.int().check(z.nonnegative())

/** Token counts of one Claude call. `estimated` when Claude never got to report them, as after an abort. */
export const UsageSchema = z.object({
  inputTokens: CountSchema,
  outputTokens: CountSchema,
  cacheReadTokens: CountSchema,
  cacheWriteTokens: CountSchema,
  estimated: z.boolean(),
})
export type Usage = z.infer<typeof UsageSchema>

/** For estimates, until Claude says the number: about what English text comes to. */
export const CHARS_PER_TOKEN = 4

const CostSchema = z.nullable(z.number().check(z.nonnegative()))

const StartEventSchema = z.object({ type: z.literal('start'), model: z.string(), runId: z.string() })
const ThinkingEventSchema = z.object({ type: z.literal('thinking'), text: z.string() })
const TextEventSchema = z.object({ type: z.literal('text'), text: z.string() })

/** The model that answered, as Claude names it. Missing where Claude never began. */
const AnsweringModelSchema = z.optional(z.string())

/**
 * `stopReason` is Claude's own (`end_turn`, `max_tokens`, …) or `stopped`, when somebody pressed Stop.
 * `costUsd` is null for a model whose price is not known.
 */
const DoneEventSchema = z.object({
  type: z.literal('done'),
  stopReason: z.string(),
  usage: UsageSchema,
  costUsd: CostSchema,
  model: AnsweringModelSchema,
})

/**
 * `message` is written for the person reading the page. `retryable`: the same request may succeed later. `usage` and
 * `costUsd` are as in `done`, and missing where Claude failed before it said anything. Of a run that was cut short
 * before Claude began they are an estimate of the prompt.
 * A code that a newer server invented reads as `internal`, so that its end is still an end.
 */
const ErrorEventSchema = z.object({
  type: z.literal('error'),
  // oxlint-disable-next-line promise/valid-params -- zod's, no promise's
  code: z.catch(ErrorCodeSchema, 'internal'),
  message: z.string(),
  retryable: z.boolean(),
  usage: z.optional(UsageSchema),
  costUsd: z.optional(CostSchema),
  model: AnsweringModelSchema,
})

/** Everything a run can say. It says `start` first, and exactly one `done` or `error`, last. */
export const RunEventSchema = z.discriminatedUnion('type', [
  StartEventSchema,
  ThinkingEventSchema,
  TextEventSchema,
  DoneEventSchema,
  ErrorEventSchema,
])
export type RunEvent = z.infer<typeof RunEventSchema>
export type DoneEvent = z.infer<typeof DoneEventSchema>
export type ErrorEvent = z.infer<typeof ErrorEventSchema>
export type TerminalEvent = DoneEvent | ErrorEvent

/** An event of a type this build does not know. It is shown nowhere; its text, if it has one, moves the position. */
export type UnknownEvent = { readonly type: 'unknown' } | { readonly type: 'unknown'; readonly text: string }

/** What a reader may get: everything that this build knows, and what a newer server may say. */
export type ReceivedEvent = RunEvent | UnknownEvent

export type TextualEvent<E extends ReceivedEvent = RunEvent> = Extract<E, { readonly text: string }>

/** It is a piece of text, which can be cut anywhere. */
export function isTextual<E extends ReceivedEvent>(event: E): event is TextualEvent<E> {
  return 'text' in event
}

export function isTerminal(event: ReceivedEvent): event is TerminalEvent {
  return event.type === 'done' || event.type === 'error'
}

const AnyEventSchema = z.looseObject({ type: z.string(), text: z.optional(z.unknown()) })

/**
 * Reads an event that came over the wire. Types from a newer server come back as `unknown`.
 *
 * @throws {z.core.$ZodError} for what is no event at all, or a known type with the wrong fields.
 */
export function parseRunEvent(value: unknown): ReceivedEvent {
  const parsed = RunEventSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const { type, text } = AnyEventSchema.parse(value)
  if (KNOWN_TYPES.has(type)) throw parsed.error
  return typeof text === 'string' ? { type: 'unknown', text } : { type: 'unknown' }
}

const KNOWN_TYPES: ReadonlySet<string> = new Set(
  RunEventSchema.def.options.flatMap((option) => option.shape.type.def.values),
)
