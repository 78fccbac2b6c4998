import { between, type Random } from './random.ts'

/** The next piece of an endless text; `room` is about how many tokens are still wanted. */
export type Writer = (room: number) => string

export interface Delta {
  text: string
  tokens: number
}

export const CHARS_PER_TOKEN = 4.5
const LOOKAHEAD = 80
const WORD_REST = /^[\p{L}\p{M}\p{N}’'-]{1,24}/u

/**
 * Cuts what the writer writes into deltas of about two tokens and 8 to 11 characters, until `tokens` are
 * used up. It ends after a whole word, unless it is `truncated`.
 */
export function* cutDeltas(
  write: Writer,
  tokens: number,
  options: { random: Random; truncated: boolean },
): Generator<Delta, void, undefined> {
  const { random, truncated } = options
  let text = ''
  let position = 0
  for (let left = tokens; left > 0;) {
    const size = Math.min(left, drawSize(random))
    if (text.length - position < LOOKAHEAD) {
      text = text.slice(position)
      position = 0
      while (text.length < LOOKAHEAD) text += write(left - Math.ceil(text.length / CHARS_PER_TOKEN))
    }
    const end = characterEnd(text, position + drawWidth(random, size))
    const piece = text.slice(position, end)
    left -= size
    position = end
    yield { text: left === 0 && !truncated ? finish(piece, text.slice(end)) : piece, tokens: size }
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

function finish(piece: string, following: string): string {
  const whole = piece + (WORD_REST.exec(following)?.[0] ?? '')
  const trimmed = whole.trimEnd().replace(/[,;:–—-]+$/, '')
  return /[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}…`
}
