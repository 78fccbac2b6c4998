import { TRPCClientError } from '@trpc/client'
import { expect, test } from 'vitest'
import { createModelList, type Models } from './model-list.ts'
import { createManualClock } from './run/testing/manual-clock.ts'

const MODELS: Models = { simulator: true, defaultModel: 'claude-x', maxPromptChars: 10, models: [] }

function setup(answers: (Models | 'lost' | 'no')[]) {
  const clock = createManualClock()
  let calls = 0
  const list = createModelList({
    clock,
    async fetch() {
      const answer = answers[calls++] ?? 'lost'
      if (answer === 'lost') throw new TRPCClientError('fetch failed')
      if (answer !== 'no') return answer
      const data = { code: 'FORBIDDEN' }
      throw new TRPCClientError('Not you', { result: { error: { message: 'Not you', code: -32_003, data } } })
    },
  })
  return { list, clock, calls: () => calls }
}

test('it is asked for once, however many want it, and again while nobody answers', async () => {
  const { list, clock, calls } = setup(['lost', 'lost', MODELS])
  const all = Promise.all([list.load(), list.load()])
  await clock.advance(0)
  expect(list.getSnapshot()).toMatchObject({ failures: 1, models: undefined })
  await clock.advance(5000)
  expect(await all).toEqual([MODELS, MODELS])
  expect(list.getSnapshot()).toEqual({ models: MODELS, failures: 0, refusal: undefined })
  expect(calls()).toBe(3)
})

test('a refusal is shown, and the next call asks again', async () => {
  const { list } = setup(['no', MODELS])
  await expect(list.load()).rejects.toThrow('Not you')
  expect(list.getSnapshot().refusal).toBe('Not you')
  expect(await list.load()).toBe(MODELS)
})
