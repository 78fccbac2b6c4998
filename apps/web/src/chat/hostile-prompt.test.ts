import { EMPTY_RUN_VIEW } from '@sluice/events'
import { HOSTILE_PIECES, workGrowth } from '@sluice/markdown/testing'
import { expect, test } from 'vitest'
import { NO_WISH, withWish } from '../lab/directive.ts'
import { titleOf } from './conversation.ts'

/** All that is done to a prompt. */
function readPrompt(prompt: string): unknown {
  const turn = { runId: '', prompt, view: EMPTY_RUN_VIEW }
  return [titleOf({ turns: [turn] }), withWish(prompt, NO_WISH)]
}

test.each(HOSTILE_PIECES)('the work grows as the text does, however often %j is in it', (piece) => {
  const textOf = (chars: number) => `x ${piece.repeat(chars / piece.length)} x`
  expect(workGrowth(textOf, readPrompt)).toBeLessThan(64)
})
