import { between, type Random, seededRandom } from './random.ts'

/** A text, and how much of it is sent. */
export interface Passage {
  text: string
  /** What the whole text counts. */
  tokens: number
  /** Tokens that are sent: fewer than `tokens` where `max_tokens` cuts the text. */
  limit: number
  /** Deltas that are sent, where a fault cuts the text. */
  maxDeltas?: number
}

export interface Delta {
  text: string
  tokens: number
}

const CHARS_PER_TOKEN = 4.5

/** About how many characters so many tokens are. */
export function charsOf(tokens: number): number {
  return Math.floor(tokens * CHARS_PER_TOKEN)
}

/** About how many tokens a text takes. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / CHARS_PER_TOKEN)
}

/**
 * Cuts a text into deltas of about two tokens and 8 to 11 characters, as Claude's are. All of them together are
 * exactly the text and its tokens. The same passage is always cut in the same places.
 */
export function* cutDeltas({ text, tokens, limit, maxDeltas = Infinity }: Passage): Generator<Delta> {
  const random = seededRandom(text.length)
  let position = 0
  let used = 0
  for (let count = 0; used < limit && count < maxDeltas; count += 1) {
    const size = Math.min(limit - used, drawSize(random))
    const left = tokens - used
    // Close to 1, unless the text is much shorter or longer than its tokens are.
    const scale = (text.length - position) / charsOf(left)
    const width = size === left ? Infinity : Math.max(1, Math.round(drawWidth(random, size) * scale))
    const end = characterEnd(text, Math.min(position + width, text.length))
    // A text that is over too early counts all of its tokens.
    const counted = end === text.length ? limit - used : size
    yield { text: text.slice(position, end), tokens: counted }
    position = end
    used += counted
  }
}

/**
 * Cuts the JSON of a tool's input into pieces of 24 to 40 characters after an empty one, as the API does. An empty
 * object is only the empty piece.
 */
export function* cutInput({ text, tokens, limit, maxDeltas = Infinity }: Passage): Generator<Delta> {
  const random = seededRandom(text.length)
  let position = text === '{}' ? text.length : 0
  let used = 0
  if (maxDeltas > 0) yield { text: '', tokens: position === text.length ? limit : 0 }
  // The last pieces may count nothing, and belong to the text all the same.
  const mayGoOn = () => used < limit || limit === tokens
  for (let count = 1; position < text.length && mayGoOn() && count < maxDeltas; count += 1) {
    const end = characterEnd(text, Math.min(position + between(random, 24, 40), text.length))
    const size = Math.floor((tokens * end) / text.length) - used
    const isCut = used + size > limit
    // Where `max_tokens` cuts a piece, its half is the last.
    const stop = isCut ? characterEnd(text, position + Math.ceil((end - position) / 2)) : end
    yield { text: text.slice(position, stop), tokens: isCut ? limit - used : size }
    position = end
    used += size
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
