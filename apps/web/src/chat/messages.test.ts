import { EMPTY_RUN_VIEW } from '@sluice/events'
import { expect, test } from 'vitest'
import { messagesFor } from './messages.ts'

function turn(prompt: string, text: string, stopReason = 'end_turn') {
  return { prompt, view: { ...EMPTY_RUN_VIEW, text, stopReason } }
}

test('roles alternate and the prompt is last, whatever became of earlier turns', () => {
  const turns = [
    turn('a', 'A'),
    turn('b', ''),
    turn('c', ' \n'),
    turn('d', 'no', 'refusal'),
    turn('e', 'E', 'stopped'),
  ]
  const messages = messagesFor(turns, 'f')
  expect(messages.map(({ content }) => content)).toEqual(['a', 'A', 'e', 'E', 'f'])
  expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant', 'user'])
})
