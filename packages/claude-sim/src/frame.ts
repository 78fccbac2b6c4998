import type { Random } from './random.ts'

/** How a fault leaves the peer once the frames before it have gone out. */
export type Cut = 'reset' | 'drop' | 'end' | 'silence' | 'pings'

/** One step of a stream: what goes on the wire, and what it counts for. */
export interface Frame {
  wire: string
  tokens: number
  text: string
  thinking: string
  cut: Cut | undefined
}

export const PING = 'event: ping\ndata: {"type": "ping"}\n\n'

const PADDING = Array.from({ length: 16 }, (_, count) => ' '.repeat(count))

/** The API pads every event with 0 to 15 spaces before its closing brace. */
function padding(random: Random): string {
  return PADDING[Math.floor(random() * 16)] ?? ''
}

export function wireEvent(event: { type: string; [field: string]: unknown }, random: Random): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event).slice(0, -1)}${padding(random)}}\n\n`
}

export function frame(wire: string, cut?: Cut): Frame {
  return { wire, tokens: 0, text: '', thinking: '', cut }
}

// Templates: these two are nearly all that is ever sent.
export function textFrame(index: number, text: string, tokens: number, random: Random): Frame {
  const wire = `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":{"type":"text_delta","text":${JSON.stringify(text)}}${padding(random)}}\n\n`
  return { wire, tokens, text, thinking: '', cut: undefined }
}

export function thinkingFrame(index: number, thinking: string, tokens: number, random: Random): Frame {
  const wire = `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":{"type":"thinking_delta","thinking":${JSON.stringify(thinking)}}${padding(random)}}\n\n`
  return { wire, tokens, text: '', thinking, cut: undefined }
}
