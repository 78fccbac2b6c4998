import { EMPTY_RUN_VIEW } from '@sluice/events'
import { expect, test } from 'vitest'
import { titleOf } from '../chat/conversation.ts'
import { NO_WISH, withWish } from '../lab/directive.ts'
import { appendText, EMPTY_BLOCKS, finishBlocks } from './blocks.ts'
import { closeTable, closeTail } from './markdown/close-tail.ts'
import { lex } from './markdown/lex.ts'
import { workGrowth } from './testing/work-growth.ts'

/** Repeated, they are what expressions for markdown are slow with: marks that open and never close, above all. */
const PIECES = [
  ['*a ', '**a ', '***a ', '_a ', '__a ', '~~a ', '*a _b ', '.**a', 'a.*', '*_a ', '*a**b ', '*', '_', '~'],
  ['`', '`a ', '``a` ', '[', '[a', '[a](', '[a](b ', '[a](<', '[a](b "', '[a][', '[a][b', '[]', '![a]('],
  ['![', '[^', '[^a]', '[^a]: ', '[a]: ', '[a]:\n', '[a]: b "', '](', ')', '(', '[[sim ', '[`', '*[', '*('],
  ['\\', '\\(', '\\[', '\\(a', '\\*', '$', '$a', '$$', '$$a\n', '&', '&#', '<', '<a ', '<!--', 'http://'],
  ['a@b.', '|', '|a', '| a | b |\n', '|-|\n', '|\n|-|\n', 'a|b\n-|-|-\n', ' ', '\t', '\n', '\r', '\r\n'],
  ['  \n', '    a\n', '- ', '- a\n', '- a\n\n', '- a\n  ', '1. ', '> ', '> a\n', '> - ', '#', '#\n', '=\n'],
  ['a\n=\n', '---\n', '```\n', '~~~', '"', 'a', 'a\n', 'a\n\n', '!', '-', '\ud800', '\u0301', '\0', '🌊'],
].flat()

/** All that is done to the text of an answer, but for the elements of the page. */
function readAnswer(text: string): unknown {
  const { groups } = finishBlocks(appendText(EMPTY_BLOCKS, text))
  const pieces = groups.flatMap(({ blocks }) => blocks.flatMap((block) => block.pieces))
  return pieces.map(({ source, definitions }) => [
    lex(closeTable(source), definitions),
    lex(closeTail(source), definitions),
  ])
}

/** All that is done to a prompt. */
function readPrompt(prompt: string): unknown {
  const turn = { runId: '', prompt, view: EMPTY_RUN_VIEW }
  return [titleOf({ turns: [turn] }), withWish(prompt, NO_WISH)]
}

test.each(PIECES)('the work grows as the text does, however often %j is in it', (piece) => {
  const textOf = (chars: number) => `x ${piece.repeat(chars / piece.length)} x`
  expect(workGrowth(textOf, readAnswer)).toBeLessThan(64)
  expect(workGrowth(textOf, readPrompt)).toBeLessThan(64)
})
