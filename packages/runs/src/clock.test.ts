import { expect, test } from 'vitest'
import { systemClock } from './clock.ts'

test('the system clock calls back after the time, unless it is cancelled', async () => {
  let called = 0
  const callOff = systemClock.after(5, () => called++)
  callOff()
  callOff()
  const before = systemClock.now()
  await new Promise<void>((resolve) => systemClock.after(20, resolve))
  // setTimeout may be a fraction of a millisecond early by the other clock.
  expect(systemClock.now() - before).toBeGreaterThan(18)
  expect(called).toBe(0)
})
