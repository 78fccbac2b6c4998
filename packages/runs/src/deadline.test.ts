import { expect, test } from 'vitest'
import { Deadline, within } from './deadline.ts'
import { manualClock, settle } from './testing/manual-clock.ts'

const never = new Promise<string>(() => {})

test('a promise that settles before the deadline keeps its result', async () => {
  const deadline = new Deadline(manualClock())
  deadline.start(50)
  expect(await deadline.within(Promise.resolve('a'))).toBe('a')
  await expect(deadline.within(Promise.reject(new Error('b')))).rejects.toThrow('b')
})

test('a pending promise is given up at the deadline, and not a ms before', async () => {
  const clock = manualClock()
  const deadline = new Deadline(clock)
  const outcomes: unknown[] = []
  void deadline.within(never).then((value) => outcomes.push(value))
  await clock.advance(1000)
  deadline.start(50)
  await clock.advance(49)
  expect(outcomes).toEqual([])
  await clock.advance(1)
  expect(outcomes).toEqual([undefined])
  expect(clock.pending).toBe(0)
})

test('after the deadline every pending promise is given up at once', async () => {
  const clock = manualClock()
  const deadline = new Deadline(clock)
  deadline.start(50)
  await clock.advance(50)
  expect(await deadline.within(never)).toBeUndefined()
})

test('a rejection after the deadline goes unreported', async () => {
  const clock = manualClock()
  const deadline = new Deadline(clock)
  let fail: (error: Error) => void = () => {}
  const result = deadline.within(new Promise((_, reject) => (fail = reject)))
  deadline.start(50)
  await clock.advance(50)
  fail(new Error('late'))
  await settle()
  expect(await result).toBeUndefined()
})

test('a deadline that is cancelled does not pass, and leaves no timer', async () => {
  const clock = manualClock()
  const deadline = new Deadline(clock)
  deadline.start(50)
  deadline.cancel()
  expect(clock.pending).toBe(0)
})

test('a promise is awaited within a time, and no timer is left', async () => {
  const clock = manualClock()
  expect(await within(50, Promise.resolve('a'), clock)).toBe('a')
  await expect(within(50, Promise.reject(new Error('b')), clock)).rejects.toThrow('b')
  expect(clock.pending).toBe(0)
  const late = within(50, never, clock)
  await clock.advance(50)
  expect([await late, clock.pending]).toEqual([undefined, 0])
})
