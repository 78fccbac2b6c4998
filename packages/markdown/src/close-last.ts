import type { Group } from './blocks.ts'
import { closeTail } from './lexer/close-tail.ts'

/**
 * The finished blocks of a text that broke off. An open mark at its end looks as it did while the text grew: bold stays
 * bold. The result depends on the text alone, so it is the same after a reload.
 */
export function closeLast(groups: readonly Group[]): readonly Group[] {
  return withLast(groups, (group) => ({
    ...group,
    blocks: withLast(group.blocks, (block) => ({
      ...block,
      pieces: withLast(block.pieces, (piece) => ({
        ...piece,
        source: closeTail(piece.source, { brokeOff: true }),
      })),
    })),
  }))
}

function withLast<Item>(items: readonly Item[], change: (last: Item) => Item): readonly Item[] {
  const last = items.at(-1)
  return last === undefined ? items : [...items.slice(0, -1), change(last)]
}
