import { z } from 'zod'

const count = z.number().int().nonnegative()

const WireTokensSchema = z.object({
  input_tokens: count.nullish(),
  output_tokens: count.nullish(),
  cache_read_input_tokens: count.nullish(),
  cache_creation_input_tokens: count.nullish(),
})
export type WireTokens = z.infer<typeof WireTokensSchema>

/** One of the model calls that Anthropic made for a request. `model` is missing where it is the request's own. */
const WireIterationSchema = WireTokensSchema.extend({ type: z.string(), model: z.string().nullish() })

/** Other fields are ignored. `message_delta` has only the fields that have changed. */
const WireUsageSchema = WireTokensSchema.extend({
  iterations: z.array(WireIterationSchema).nullish(),
  server_tool_use: z.object({ web_search_requests: count.nullish() }).nullish(),
})
export type WireUsage = z.infer<typeof WireUsageSchema>

const WireMessageSchema = z.object({
  id: z.string().optional(),
  model: z.string(),
  usage: WireUsageSchema.nullish(),
})
export type WireMessage = z.infer<typeof WireMessageSchema>

/** Why Claude refused. */
const WireStopDetailsSchema = z.object({ category: z.string().nullish(), explanation: z.string().nullish() })
export type WireStopDetails = z.infer<typeof WireStopDetailsSchema>

/** Of the block in the message. */
const index = z.number().optional()

/** The parts of the Messages API's stream events that a run needs. Everything else is ignored. */
const WireEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('message_start'),
    message: WireMessageSchema,
  }),
  z.object({
    type: z.literal('content_block_start'),
    index,
    // Whole: it is sent back as it came.
    content_block: z.looseObject({ type: z.string() }),
  }),
  z.object({
    type: z.literal('content_block_delta'),
    index,
    delta: z.object({
      type: z.string(),
      text: z.string().nullish(),
      thinking: z.string().nullish(),
      signature: z.string().nullish(),
      partial_json: z.string().nullish(),
      citation: z.unknown().optional(),
    }),
  }),
  z.object({ type: z.literal('content_block_stop'), index }),
  z.object({
    type: z.literal('message_delta'),
    delta: z.object({
      stop_reason: z.string().nullish(),
      // oxlint-disable-next-line promise/valid-params -- zod's catch, not a promise's
      stop_details: WireStopDetailsSchema.nullish().catch(null),
    }),
    usage: WireUsageSchema.nullish(),
  }),
  z.object({ type: z.literal('message_stop') }),
  z.object({ type: z.literal('error'), error: z.object({ type: z.string() }) }),
])
export type WireEvent = z.infer<typeof WireEventSchema>

/**
 * Fast path: most events are text deltas, so these are checked without zod.
 *
 * @throws {SyntaxError} for invalid JSON.
 * @throws {z.ZodError} for JSON that is none of these events.
 */
export function parseWireEvent(data: string): WireEvent {
  const event: unknown = JSON.parse(data)
  return isTextDelta(event) ? event : WireEventSchema.parse(event)
}

interface TextDelta {
  readonly type: 'content_block_delta'
  readonly index?: number | undefined
  readonly delta: { readonly type: 'text_delta'; readonly text: string }
}

function isTextDelta(event: unknown): event is TextDelta {
  const { type, delta } = (event ?? {}) as Partial<TextDelta>
  return type === 'content_block_delta' && delta?.type === 'text_delta' && typeof delta.text === 'string'
}

/** Events with other names are skipped before parsing: a run does not need them, or they are new. */
export function isKnownWireEvent(name: string | undefined): boolean {
  return name !== undefined && KNOWN.has(name)
}

const KNOWN: ReadonlySet<string> = new Set(WireEventSchema.options.map((option) => option.shape.type.value))
