import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { watchdog } from './watchdog.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

function setUp() {
  const bites: number[] = []
  const began = performance.now()
  const dog = watchdog(() => bites.push(performance.now() - began))
  return { bites, dog }
}

test('it calls back once, when it has been armed for that long', () => {
  const { bites, dog } = setUp()
  dog.arm(100)
  vi.advanceTimersByTime(99)
  expect(bites).toEqual([])
  vi.advanceTimersByTime(1000)
  expect(bites).toEqual([100])
})

test('arming it again restarts it, with the same timer', () => {
  const { bites, dog } = setUp()
  dog.arm(100)
  for (let i = 0; i < 5; i++) {
    vi.advanceTimersByTime(60)
    dog.arm(100)
    expect(vi.getTimerCount()).toBe(1)
  }
  vi.advanceTimersByTime(1000)
  expect(bites).toEqual([400])
})

test('armed for a shorter time, it calls back sooner', () => {
  const { bites, dog } = setUp()
  dog.arm(100)
  dog.arm(10)
  vi.advanceTimersByTime(1000)
  expect(bites).toEqual([10])
})

test('disarmed it does not call back, and can be armed again before and after its old time', () => {
  const { bites, dog } = setUp()
  dog.arm(100)
  dog.disarm()
  vi.advanceTimersByTime(50)
  dog.arm(100)
  dog.disarm()
  vi.advanceTimersByTime(500)
  expect(bites).toEqual([])
  dog.arm(100)
  vi.advanceTimersByTime(1000)
  expect(bites).toEqual([650])
})

test('after stop there is no timer', () => {
  const { bites, dog } = setUp()
  dog.arm(100)
  dog.stop()
  expect(vi.getTimerCount()).toBe(0)
  vi.advanceTimersByTime(1000)
  expect(bites).toEqual([])
})
