import { expect, test } from 'vitest'
import { appendText, EMPTY_BLOCKS, finishBlocks } from './blocks.ts'
import { closeTable, closeTail } from './lexer/close-tail.ts'
import { lex } from './lexer/lex.ts'
import { HOSTILE_PIECES } from './testing/hostile-pieces.ts'
import { workGrowth } from './testing/work-growth.ts'

/** All that is done to the text of an answer, but for the elements of the page. */
function readAnswer(text: string): unknown {
  const { groups } = finishBlocks(appendText(EMPTY_BLOCKS, text))
  const pieces = groups.flatMap(({ blocks }) => blocks.flatMap((block) => block.pieces))
  return pieces.map(({ source, definitions }) => [
    lex(closeTable(source), definitions),
    lex(closeTail(source), definitions),
  ])
}

test.each(HOSTILE_PIECES)('the work grows linearly with the text, however often it contains %j', (piece) => {
  const textOf = (chars: number) => `x ${piece.repeat(chars / piece.length)} x`
  expect(workGrowth(textOf, readAnswer)).toBeLessThan(64)
})
