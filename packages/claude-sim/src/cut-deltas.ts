import { between, type Random } from './random.ts'

/** The next piece of a text, or `''` at its end; `room` is about how many tokens are still wanted. */
export type Writer = (room: number) => string

export interface Delta {
  text: string
  tokens: number
}

const CHARS_PER_TOKEN = 4.5
const LOOKAHEAD = 80

/** About how many tokens a text takes. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / CHARS_PER_TOKEN)
}

export function fits(text: string, room: number): boolean {
  return tokensOf(text) <= room
}

/**
 * Cuts what the writer writes into deltas of about two tokens and 8 to 11 characters. The whole text takes exactly
 * `tokens`, its end a little more or fewer characters a token; only the first `limit` (default: all) are used.
 */
export function* cutDeltas(
  write: Writer,
  { tokens, limit = tokens, random }: { tokens: number; limit?: number; random: Random },
): Generator<Delta, void, undefined> {
  let text = ''
  let position = 0
  let ended = false
  for (let used = 0; used < limit;) {
    const left = tokens - used
    const size = Math.min(limit - used, drawSize(random))
    // Near the end it is all asked for, so that no more comes when the last delta is cut.
    const ahead = left * CHARS_PER_TOKEN < LOOKAHEAD ? Infinity : LOOKAHEAD
    while (!ended && text.length - position < ahead) {
      text = text.slice(position)
      position = 0
      const more = write(left - tokensOf(text))
      ended = more === ''
      text += more
    }
    const rest = text.length - position
    const scale = ended ? rest / (left * CHARS_PER_TOKEN) : 1
    const width = size === left ? rest : Math.max(1, Math.round(drawWidth(random, size) * scale))
    const end = characterEnd(text, position + width)
    const counted = end >= text.length ? limit - used : size
    used += counted
    yield { text: text.slice(position, end), tokens: counted }
    position = end
  }
}

/** Two on average, five at most. */
function drawSize(random: Random): number {
  const draw = random()
  if (draw < 0.35) return 1
  if (draw < 0.73) return 2
  if (draw < 0.87) return 3
  return draw < 0.95 ? 4 : 5
}

function drawWidth(random: Random, tokens: number): number {
  let width = 0
  for (let token = 0; token < tokens; token += 1) width += between(random, 3, 6)
  return width
}

/** Never between the halves of a surrogate pair: the API sends whole characters. */
function characterEnd(text: string, end: number): number {
  const unit = text.charCodeAt(end - 1)
  return unit >= 0xd8_00 && unit <= 0xdb_ff ? end + 1 : end
}
