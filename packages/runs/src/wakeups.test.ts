import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { settle } from './testing/manual-clock.ts'
import { Wakeups } from './wakeups.ts'

test('a wake-up reaches every waiter, and leaves none', async () => {
  const wakeups = new Wakeups()
  const { signal } = new AbortController()
  const waits = [1, 2, 3].map(() => wakeups.wait(signal))
  expect(wakeups.size).toBe(3)
  wakeups.wake()
  await Promise.all(waits)
  expect(wakeups.size).toBe(0)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('a wake-up before the wait is none', async () => {
  const wakeups = new Wakeups()
  wakeups.wake()
  let woken = false
  void wakeups.wait(new AbortController().signal).then(() => (woken = true))
  await settle()
  expect(woken).toBe(false)
  wakeups.wake()
  await settle()
  expect(woken).toBe(true)
})

test('whoever waits again when woken sleeps until the next wake-up', async () => {
  const wakeups = new Wakeups()
  const { signal } = new AbortController()
  let rounds = 0
  const waitTwice = async () => {
    await wakeups.wait(signal)
    rounds++
    await wakeups.wait(signal)
    rounds++
  }
  void waitTwice()
  wakeups.wake()
  await settle()
  expect(rounds).toBe(1)
  wakeups.wake()
  await settle()
  expect(rounds).toBe(2)
})

test('an abort wakes its own waiter only, and leaves nothing of it', async () => {
  const wakeups = new Wakeups()
  const controller = new AbortController()
  const other = new AbortController()
  const wait = wakeups.wait(controller.signal)
  void wakeups.wait(other.signal)
  controller.abort()
  await wait
  expect(wakeups.size).toBe(1)
  expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  expect(getEventListeners(other.signal, 'abort')).toHaveLength(1)
})

test('a wait with an aborted signal is over at once, and leaves nothing', async () => {
  const wakeups = new Wakeups()
  const signal = AbortSignal.abort()
  await wakeups.wait(signal)
  expect(wakeups.size).toBe(0)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})
