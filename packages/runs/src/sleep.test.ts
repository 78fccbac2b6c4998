import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { systemClock } from './clock.ts'
import { sleep } from './sleep.ts'
import { manualClock, settle } from './testing/manual-clock.ts'

test('a sleep lasts its time, no less, and leaves nothing', async () => {
  const clock = manualClock()
  const { signal } = new AbortController()
  let awake = false
  void sleep(clock, 50, signal).then(() => (awake = true))
  await clock.advance(49)
  expect(awake).toBe(false)
  await clock.advance(1)
  expect(awake).toBe(true)
  expect(clock.pending).toBe(0)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('an abort ends a sleep at once, and leaves nothing', async () => {
  const clock = manualClock()
  const controller = new AbortController()
  let awake = false
  void sleep(clock, 50, controller.signal).then(() => (awake = true))
  controller.abort()
  await settle()
  expect(awake).toBe(true)
  expect(clock.pending).toBe(0)
  expect(getEventListeners(controller.signal, 'abort')).toEqual([])
})

test.for([0, -1])('a sleep of %i ms is over at once', async (ms) => {
  const clock = manualClock()
  await sleep(clock, ms, new AbortController().signal)
  expect(clock.pending).toBe(0)
})

test('a sleep with an aborted signal is over at once, and leaves nothing', async () => {
  const clock = manualClock()
  const signal = AbortSignal.abort()
  await sleep(clock, 50, signal)
  expect(clock.pending).toBe(0)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('the system clock calls back after the time, unless it is called off', async () => {
  const { signal } = new AbortController()
  let called = 0
  const callOff = systemClock.after(5, () => called++)
  callOff()
  callOff()
  const before = systemClock.now()
  await sleep(systemClock, 20, signal)
  // setTimeout may be a fraction of a millisecond early by the other clock.
  expect(systemClock.now() - before).toBeGreaterThan(18)
  expect(called).toBe(0)
})
