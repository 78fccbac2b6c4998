import { appendText, type Blocks, EMPTY_BLOCKS, finishBlocks } from '../blocks.ts'

/** The text as it would arrive in pieces of this size, or of sizes drawn by a function. */
export function inPieces(text: string, size: number | (() => number)): Blocks {
  let blocks = EMPTY_BLOCKS
  for (let at = 0; at < text.length;) {
    const length = Math.max(1, typeof size === 'number' ? size : size())
    blocks = appendText(blocks, text.slice(at, at + length))
    at += length
  }
  return blocks
}

/** What is rendered in the end: the sources, block by block. */
export function sourcesOf(blocks: Blocks): string[][][] {
  return finishBlocks(blocks).groups.map(({ blocks: inGroup }) =>
    inGroup.map(({ pieces }) => pieces.map(({ source }) => source)),
  )
}
