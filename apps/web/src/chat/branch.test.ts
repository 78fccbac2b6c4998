import { expect, test } from 'vitest'
import { branchOf } from './branch.ts'
import { answer, question } from './testing/messages.ts'

const MESSAGES = [
  question('q1', null, 1),
  answer('a1', 'q1', 2, 'A'),
  question('q2', 'a1', 3),
  answer('a2', 'q2', 4, 'B'),
  answer('a2b', 'q2', 5, 'B again'),
  question('q2b', 'a1', 6),
  answer('a3', 'q2b', 7, 'C'),
]

const idsOf = (chosen: [string | null, string][] = [], messages = MESSAGES) =>
  branchOf(messages, new Map(chosen)).map((step) => [step.question.messageId, step.answer.messageId])

test('the branch with the newest message is shown, wherever it leaves the others', () => {
  expect(idsOf()).toEqual([
    ['q1', 'a1'],
    ['q2b', 'a3'],
  ])
  const later = [...MESSAGES, question('q4', 'a2', 8), answer('a4', 'q4', 9)]
  expect(idsOf([], later)).toEqual([
    ['q1', 'a1'],
    ['q2', 'a2'],
    ['q4', 'a4'],
  ])
})

test('a chosen version is shown, and below it the newest', () => {
  expect(idsOf([['a1', 'q2']])).toEqual([
    ['q1', 'a1'],
    ['q2', 'a2b'],
  ])
  expect(
    idsOf([
      ['a1', 'q2'],
      ['q2', 'a2'],
    ]).at(-1),
  ).toEqual(['q2', 'a2'])
})

test('a choice that is gone is none', () => {
  expect(idsOf([['a1', 'gone']]).at(-1)).toEqual(['q2b', 'a3'])
})

test('each step has all versions of its question and of its answer, the oldest first', () => {
  const [first, second] = branchOf(MESSAGES, new Map([['a1', 'q2']]))
  expect([first?.questions, first?.answers]).toEqual([['q1'], ['a1']])
  expect([second?.questions, second?.answers]).toEqual([
    ['q2', 'q2b'],
    ['a2', 'a2b'],
  ])
})

test('of versions that are equally new the last one is shown; without messages there is nothing', () => {
  const twins = [question('q', null, 1), answer('a', 'q', 2, 'A'), answer('b', 'q', 2, 'B')]
  expect(idsOf([], twins)).toEqual([['q', 'b']])
  expect(idsOf([], [])).toEqual([])
})
