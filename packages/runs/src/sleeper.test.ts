import { expect, test } from 'vitest'
import { Sleeper } from './sleeper.ts'
import { settle } from './testing/manual-clock.ts'

async function rounds(sleeper: Sleeper, count: () => void) {
  for (;;) {
    await sleeper.sleep()
    count()
  }
}

test('a wake-up ends one sleep, and the next one waits for the next wake-up', async () => {
  const sleeper = new Sleeper()
  let awake = 0
  void rounds(sleeper, () => awake++)
  await settle()
  expect(awake).toBe(0)
  for (const expected of [1, 2]) {
    sleeper.wake()
    await settle()
    expect(awake).toBe(expected)
  }
})

test('a wake-up while the loop is awake ends its next sleep', async () => {
  const sleeper = new Sleeper()
  sleeper.wake()
  await sleeper.sleep()
  let awake = false
  void sleeper.sleep().then(() => (awake = true))
  await settle()
  expect(awake).toBe(false)
})

test('several wake-ups before the loop sleeps count as one', async () => {
  const sleeper = new Sleeper()
  let awake = 0
  void rounds(sleeper, () => awake++)
  for (let i = 0; i < 5; i++) sleeper.wake()
  await settle()
  expect(awake).toBe(1)
})
