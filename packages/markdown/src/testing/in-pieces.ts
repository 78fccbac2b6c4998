import { appendText, type Blocks, EMPTY_BLOCKS, finishBlocks } from '../blocks.ts'

/** The blocks of a text that arrives in pieces of this size, or of sizes returned by a function. */
export function inPieces(text: string, size: number | (() => number)): Blocks {
  let blocks = EMPTY_BLOCKS
  for (let at = 0; at < text.length;) {
    const length = Math.max(1, typeof size === 'number' ? size : size())
    blocks = appendText(blocks, text.slice(at, at + length))
    at += length
  }
  return blocks
}

/** The sources of the finished pieces, block by block. */
export function sourcesOf(blocks: Blocks): string[][][] {
  return finishBlocks(blocks).groups.map(({ blocks: inGroup }) =>
    inGroup.map(({ pieces }) => pieces.map(({ source }) => source)),
  )
}
