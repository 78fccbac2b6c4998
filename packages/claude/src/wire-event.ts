import { z } from 'zod'

const count = z.number().int().nonnegative()

/** All fields but these are let pass unread; `message_delta` repeats only what it has news of. */
const WireUsageSchema = z.object({
  input_tokens: count.nullish(),
  output_tokens: count.nullish(),
  cache_read_input_tokens: count.nullish(),
  cache_creation_input_tokens: count.nullish(),
})
export type WireUsage = z.infer<typeof WireUsageSchema>

const WireMessageSchema = z.object({
  id: z.string().optional(),
  model: z.string(),
  usage: WireUsageSchema.nullish(),
})
export type WireMessage = z.infer<typeof WireMessageSchema>

/** The parts of the Messages API's streaming events that a run needs. Tolerant: the rest is not looked at. */
const WireEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('message_start'),
    message: WireMessageSchema,
  }),
  z.object({
    type: z.literal('content_block_delta'),
    delta: z.object({ type: z.string(), text: z.string().nullish(), thinking: z.string().nullish() }),
  }),
  z.object({
    type: z.literal('message_delta'),
    delta: z.object({ stop_reason: z.string().nullish() }),
    usage: WireUsageSchema.nullish(),
  }),
  z.object({ type: z.literal('message_stop') }),
  z.object({ type: z.literal('error'), error: z.object({ type: z.string() }) }),
])
export type WireEvent = z.infer<typeof WireEventSchema>

/**
 * @throws SyntaxError for what is no JSON, ZodError for what is none of these events.
 *
 * Nearly all of an answer is text deltas, and they are told by hand, which spares each an object and a walk over a schema.
 */
export function parseWireEvent(data: string): WireEvent {
  const event: unknown = JSON.parse(data)
  return isTextDelta(event) ? event : WireEventSchema.parse(event)
}

interface TextDelta {
  readonly type: 'content_block_delta'
  readonly delta: { readonly type: 'text_delta'; readonly text: string }
}

function isTextDelta(event: unknown): event is TextDelta {
  const { type, delta } = (event ?? {}) as Partial<TextDelta>
  return type === 'content_block_delta' && delta?.type === 'text_delta' && typeof delta.text === 'string'
}

/** Names that mean nothing to a run, or did not exist when this was written, are skipped before parsing. */
export function isKnownWireEvent(name: string | undefined): boolean {
  return name !== undefined && KNOWN.has(name)
}

const KNOWN: ReadonlySet<string> = new Set(WireEventSchema.options.map((option) => option.shape.type.value))
