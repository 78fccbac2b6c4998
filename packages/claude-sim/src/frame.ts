/** How a fault ends the stream once the frames before it have been sent. */
export type Cut = 'reset' | 'drop' | 'end' | 'silence' | 'pings'

/** A call of a tool, or the next piece of one with the same id. */
export interface CallPiece {
  id: string
  name: string
  /** JSON. */
  input: string
}

/** One step of a stream: what goes on the wire, and what it counts. */
export interface Frame {
  wire: string
  tokens: number
  /** How many tokens could have been sent before it: a silence at the same pace. */
  idle: number
  text: string
  thinking: string
  calls: CallPiece[]
  cut: Cut | undefined
}

export function frame(wire: string, counts: Partial<Omit<Frame, 'wire'>> = {}): Frame {
  return { wire, tokens: 0, idle: 0, text: '', thinking: '', calls: [], cut: undefined, ...counts }
}

export const PING = 'event: ping\ndata: {"type": "ping"}\n\n'

/** As the API sends it, with 0 to 15 spaces before the closing brace. */
export function wireEvent(event: { type: string; [field: string]: unknown }): string {
  const json = JSON.stringify(event)
  return `event: ${event.type}\ndata: ${json.slice(0, -1)}${' '.repeat(json.length % 16)}}\n\n`
}
