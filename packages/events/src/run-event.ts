import * as z from 'zod/mini'

/**
 * Why a run failed. `abandoned`: no page was reading it. `interrupted`: the server stopped or crashed. `unavailable`: what
 * was to be sent could not be read, or what was said could not be stored. `invalid_output`: the answer does not fit the
 * schema that was asked for. The others are failures of Claude or of the connection to Claude.
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
  'unavailable',
  'invalid_output',
  'internal',
])
export type ErrorCode = z.infer<typeof ErrorCodeSchema>

const CountSchema = z.int().check(z.nonnegative())

/** Token counts of one call to Claude. `estimated` when Claude did not report them, as after an abort. */
export const UsageSchema = z.object({
  inputTokens: CountSchema,
  outputTokens: CountSchema,
  cacheReadTokens: CountSchema,
  cacheWriteTokens: CountSchema,
  estimated: z.boolean(),
})
export type Usage = z.infer<typeof UsageSchema>

/** To estimate tokens before Claude reports them. About right for English text. */
export const CHARS_PER_TOKEN = 4

const CostSchema = z.nullable(z.number().check(z.nonnegative()))

const StartEventSchema = z.object({ type: z.literal('start'), model: z.string(), runId: z.string() })
const ThinkingEventSchema = z.object({ type: z.literal('thinking'), text: z.string() })
const TextEventSchema = z.object({ type: z.literal('text'), text: z.string() })

/** A piece of structured output: JSON of the schema that was asked for. */
const JsonEventSchema = z.object({ type: z.literal('json'), text: z.string() })

/** Ours, not Claude's: a UUID. */
const CallIdSchema = z.string()

/** Claude calls a tool. `by`: who executes it, this server or Anthropic's. */
const ToolCallEventSchema = z.object({
  type: z.literal('tool_call'),
  callId: CallIdSchema,
  name: z.string(),
  by: z.enum(['server', 'claude']),
})

/** A piece of a call's input, which is JSON. */
const ToolInputEventSchema = z.object({
  type: z.literal('tool_input'),
  callId: CallIdSchema,
  text: z.string(),
})

/** `waiting`: for a person to allow it. */
const ToolStateEventSchema = z.object({
  type: z.literal('tool_state'),
  callId: CallIdSchema,
  state: z.enum(['waiting', 'running']),
})

/** Limit of a tool's output, in UTF-16 code units. */
export const MAX_OUTPUT_CHARS = 16_384

/**
 * What a call returned, as JSON, or why it failed, in words: the same text for Claude and for the person. At most
 * {@link MAX_OUTPUT_CHARS}; what was cut says so.
 */
const ToolResultEventSchema = z.object({
  type: z.literal('tool_result'),
  callId: CallIdSchema,
  ok: z.boolean(),
  output: z.string(),
})

/**
 * A page of the web: one that the text before it cites or, with a `callId`, that the call found or read. The url has passed
 * `webUrl`; the title is one line of at most 300 characters, and may be empty.
 */
const SourceEventSchema = z.object({
  type: z.literal('source'),
  url: z.string(),
  title: z.string(),
  callId: z.optional(CallIdSchema),
})

/**
 * A call to Claude has ended, of which a run can have several. `model` is the one that answered. `compacted`: the
 * conversation was too long, and Claude went on with a summary of it.
 */
const StepEventSchema = z.object({
  type: z.literal('step'),
  model: z.string(),
  usage: UsageSchema,
  costUsd: CostSchema,
  compacted: z.optional(z.boolean()),
})

/** The model that answered, as Claude names it. Missing if Claude did not begin to answer. */
const AnsweringModelSchema = z.optional(z.string())

/**
 * `stopReason` is Claude's (`end_turn`, `max_tokens`, …) or ours: `stopped`, the user pressed Stop; `approval`, calls wait
 * for a person to allow them; `step_limit`, so many calls to Claude are allowed; `budget`, the next one could exceed a
 * budget. `usage` and `costUsd` are sums of all calls to Claude; `costUsd` is null for a model without known prices.
 */
const DoneEventSchema = z.object({
  type: z.literal('done'),
  stopReason: z.string(),
  usage: UsageSchema,
  costUsd: CostSchema,
  model: AnsweringModelSchema,
})

/**
 * `message` is for the person at the page. `retryable`: the same request may succeed later. `usage` and `costUsd` are as
 * in `done`, and missing if Claude failed before its first event. For a run that was cut short before that, they are
 * estimated from the prompt.
 *
 * An unknown code of a newer server is read as `internal`, so that the end is still an end.
 */
const ErrorEventSchema = z.object({
  type: z.literal('error'),
  // oxlint-disable-next-line promise/valid-params -- zod's catch, not a promise's
  code: z.catch(ErrorCodeSchema, 'internal'),
  message: z.string(),
  retryable: z.boolean(),
  usage: z.optional(UsageSchema),
  costUsd: z.optional(CostSchema),
  model: AnsweringModelSchema,
})

/** The events of a run. The first is `start`, and the last is the only `done` or `error`. */
export const RunEventSchema = z.discriminatedUnion('type', [
  StartEventSchema,
  ThinkingEventSchema,
  TextEventSchema,
  JsonEventSchema,
  ToolCallEventSchema,
  ToolInputEventSchema,
  ToolStateEventSchema,
  ToolResultEventSchema,
  SourceEventSchema,
  StepEventSchema,
  DoneEventSchema,
  ErrorEventSchema,
])
export type RunEvent = z.infer<typeof RunEventSchema>
export type DoneEvent = z.infer<typeof DoneEventSchema>
export type ErrorEvent = z.infer<typeof ErrorEventSchema>
export type TerminalEvent = DoneEvent | ErrorEvent

/** An event of a type that this version does not know. It is not shown; its text, if any, advances the position. */
export type UnknownEvent = { readonly type: 'unknown' } | { readonly type: 'unknown'; readonly text: string }

/** An event as a reader receives it: of a known type, or of a newer server's. */
export type ReceivedEvent = RunEvent | UnknownEvent

export type TextualEvent<E extends ReceivedEvent = RunEvent> = Extract<E, { readonly text: string }>

/** Whether the event is a piece of text, which can be cut anywhere. */
export function isTextual<E extends ReceivedEvent>(event: E): event is TextualEvent<E> {
  return 'text' in event
}

export function isTerminal(event: ReceivedEvent): event is TerminalEvent {
  return event.type === 'done' || event.type === 'error'
}

const AnyEventSchema = z.looseObject({ type: z.string(), text: z.optional(z.unknown()) })

/**
 * Parses a received event. Types of a newer server become `unknown`.
 *
 * @throws {z.core.$ZodError} for a value that is not an event, or a known type with wrong fields.
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
