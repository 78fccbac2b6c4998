import { HOSTILE_PIECES, workGrowth } from '@sluice/markdown/testing'
import { expect, test } from 'vitest'
import { shownTitle } from './title.ts'
import { withoutDirectives } from './without-directives.ts'

/** What the conversation list does to a prompt. */
function readPrompt(prompt: string): unknown {
  return [shownTitle(prompt), withoutDirectives(prompt)]
}

test.each(HOSTILE_PIECES)('the work grows as the text does, however often %j is in it', (piece) => {
  const textOf = (chars: number) => `x ${piece.repeat(chars / piece.length)} x`
  expect(workGrowth(textOf, readPrompt)).toBeLessThan(64)
})
