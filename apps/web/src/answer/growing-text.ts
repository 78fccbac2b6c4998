import { cutLength } from '@sluice/events'
import type { Blocks } from './blocks.ts'

/** At most so much of the text that waits is touched when more comes. */
const PART_CHARS = 2048

/** Goes on from `before`, from nothing when undefined. */
type Split = (before: Blocks | undefined, added: string) => Blocks

/**
 * Text as it grows, for a store that knows no markdown. It is cut into blocks when somebody wants to see them,
 * which may be later, as the markdown is loaded later; and then only what is new since the last time.
 */
export interface GrowingText {
  readonly plus: (added: string) => GrowingText
  readonly blocks: (split: Split) => Blocks
  /** What is not in blocks yet, in parts that end where a line does if they can. Only the last one changes. */
  readonly waiting: readonly string[]
}

export function growingText(text = ''): GrowingText {
  return grown(undefined, partsWith([], text))
}

function grown(before: Blocks | undefined, waiting: readonly string[]): GrowingText {
  let blocks: Blocks | undefined

  return {
    plus: (added) => (blocks ? grown(blocks, [added]) : grown(before, partsWith(waiting, added))),
    blocks: (split) => (blocks ??= split(before, waiting.join(''))),
    waiting,
  }
}

function partsWith(parts: readonly string[], added: string): readonly string[] {
  const whole = parts.slice(0, -1)
  let last = (parts.at(-1) ?? '') + added
  while (last.length > PART_CHARS) {
    const end = lineEnd(last.slice(0, PART_CHARS))
    whole.push(last.slice(0, end))
    last = last.slice(end)
  }
  return [...whole, last]
}

/** After the last line that is whole, or else the last word; what has neither is cut anywhere. */
function lineEnd(text: string): number {
  return text.lastIndexOf('\n') + 1 || text.lastIndexOf(' ') + 1 || cutLength(text, text.length - 1)
}
