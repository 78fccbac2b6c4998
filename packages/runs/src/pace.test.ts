import { expect, test } from 'vitest'
import { nextFrame } from './pace.ts'
import { manualClock } from './testing/index.ts'

const NEVER = new AbortController().signal

/** When a frame after `since` is due, by a clock that stands at `now`. */
async function dueAt(since: number, now = since, frameMs = 50): Promise<number | undefined> {
  const clock = manualClock()
  await clock.advance(now)
  let at: number | undefined
  void nextFrame(since, { clock, frameMs, signal: NEVER }).then(() => (at = clock.now()))
  for (let ms = 0; ms < 100; ms++) await clock.advance(1)
  return at
}

test('frames of runs that began at different times fall on a common grid', async () => {
  expect(await dueAt(100)).toBe(150)
  expect(await dueAt(103)).toBe(160)
  expect(await dueAt(109)).toBe(160)
  expect(await dueAt(112)).toBe(160)
  expect(await dueAt(113)).toBe(170)
})

test('a tick that was a little late does not cost the next one', async () => {
  expect(await dueAt(101.9)).toBe(150)
})

test('what is overdue is due at once', async () => {
  expect(await dueAt(100, 500)).toBe(500)
})

test('the shortest frames keep their length, and none at all is no wait', async () => {
  expect(await dueAt(100, 100, 5)).toBe(105)
  expect(await dueAt(100, 100, 1)).toBe(101)
  expect(await dueAt(100.5, 100.5, 0)).toBe(100.5)
})
