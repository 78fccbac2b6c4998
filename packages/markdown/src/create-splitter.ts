import { appendText, type Blocks, EMPTY_BLOCKS } from './blocks.ts'

/**
 * Splits a text into blocks each time it has grown, and reads only the new part. A text that does not begin with the
 * previous one is read from its start.
 */
export function createSplitter(): (text: string) => Blocks {
  let last = ''
  let blocks = EMPTY_BLOCKS
  return (text) => {
    blocks = text.startsWith(last)
      ? appendText(blocks, text.slice(last.length))
      : appendText(EMPTY_BLOCKS, text)
    last = text
    return blocks
  }
}
