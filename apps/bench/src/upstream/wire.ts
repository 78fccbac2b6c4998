import { currentTick, encodeStamp } from '../stamp.ts'

/** Begins every delta's text and is nowhere else, so that receivers can count deltas without parsing. */
export const MARK = '~'

/** The real wire's deltas carry about two tokens in 8 to 11 characters; some upstreams send every token. */
export type TokensPerDelta = 1 | 2

export const CHARS_PER_DELTA: Readonly<Record<TokensPerDelta, number>> = { 1: 5, 2: 9 }
const FILLER: Readonly<Record<TokensPerDelta, string>> = { 1: '', 2: ' for' }

const PADDING = Array.from({ length: 16 }, (_, count) => ' '.repeat(count))
let drawn = 7

/** The API pads every event with 0 to 15 spaces; here the sizes repeat, so that every peer gets the same. */
function padding(): string {
  drawn = (drawn * 5 + 3) & 15
  return PADDING[drawn] ?? ''
}

function wireEvent(event: { type: string; [field: string]: unknown }): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event).slice(0, -1)}${padding()}}\n\n`
}

export function deltaEvent(tokens: TokensPerDelta): string {
  const text = `${MARK}${encodeStamp(currentTick())}${FILLER[tokens]}`
  return `event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"${text}"}${padding()}}\n\n`
}

const PING = 'event: ping\ndata: {"type": "ping"}\n\n'

export function opening(): string {
  const usage = {
    input_tokens: 12,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
    output_tokens: 1,
    output_tokens_details: null,
    server_tool_use: null,
    service_tier: 'standard',
    inference_geo: 'not_available',
    speed: null,
  }
  const message = {
    model: MODEL,
    id: 'msg_01BenchBenchBenchBench',
    type: 'message',
    role: 'assistant',
    content: [],
    container: null,
    diagnostics: null,
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    usage,
  }
  return wireEvent({ type: 'message_start', message }) + PING
}

export function blockStart(): string {
  return wireEvent({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } })
}

export function closing(outputTokens: number): string {
  const usage = {
    input_tokens: 12,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: outputTokens,
    output_tokens_details: { thinking_tokens: 0 },
    server_tool_use: null,
  }
  const delta = { stop_reason: 'end_turn', stop_sequence: null, stop_details: null }
  return (
    wireEvent({ type: 'content_block_stop', index: 0 }) +
    wireEvent({ type: 'message_delta', delta, usage }) +
    wireEvent({ type: 'message_stop' })
  )
}

export const MODEL = 'claude-opus-4-8'
