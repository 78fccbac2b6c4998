import { expect, test } from 'vitest'
import type { Clock } from './clock.ts'
import { FlushScheduler } from './flush-scheduler.ts'
import { manualClock } from './testing/manual-clock.ts'

/** When the frame after one at `since` is due, asked at `now`. */
async function dueAt({
  since,
  now = since,
  frameMs = 100,
}: {
  since: number
  now?: number
  frameMs?: number
}) {
  const clock = manualClock()
  await clock.advance(now)
  const scheduler = new FlushScheduler({ clock, frameMs })
  let at: number | undefined
  if (scheduler.isDue(since)) return now
  scheduler.wakeAfter(since, () => (at = clock.now()))
  for (let ms = 0; ms < 200; ms++) await clock.advance(1)
  return at
}

test('frames of runs that began at different times are on a common grid', async () => {
  expect(await dueAt({ since: 200 })).toBe(300)
  expect(await dueAt({ since: 212 })).toBe(320)
  expect(await dueAt({ since: 218 })).toBe(320)
  expect(await dueAt({ since: 231 })).toBe(340)
})

test('a frame that was up to a tenth late does not miss the next tick', async () => {
  expect(await dueAt({ since: 209.9 })).toBe(300)
})

test('an overdue frame is due at once', async () => {
  expect(await dueAt({ since: 200, now: 1000 })).toBe(1000)
})

test('the shortest frame time is kept, and 0 is due at once', async () => {
  expect(await dueAt({ since: 100, frameMs: 10 })).toBe(110)
  expect(await dueAt({ since: 100.5, frameMs: 0 })).toBe(100.5)
})

test('many callbacks share one timer, and each is called once even if added twice', async () => {
  const clock = manualClock()
  const scheduler = new FlushScheduler({ clock, frameMs: 100 })
  const woken: string[] = []
  const [one, other] = [() => woken.push('one'), () => woken.push('other')]
  for (const wake of [one, other, one]) scheduler.wakeAfter(0, wake)
  expect(clock.pending).toBe(1)
  await clock.advance(100)
  expect(woken).toEqual(['one', 'other'])
  expect(clock.pending).toBe(0)
  expect(scheduler.isDue(0)).toBe(true)
})

test('a timer that fires early calls nothing before the tick', async () => {
  const manual = manualClock()
  let early = 8
  const clock: Clock = {
    now: () => manual.now(),
    after(ms, callback) {
      const cancel = manual.after(ms - early, callback)
      early = 0
      return cancel
    },
  }
  const scheduler = new FlushScheduler({ clock, frameMs: 100 })
  let at: number | undefined
  scheduler.wakeAfter(0, () => (at = clock.now()))
  for (let ms = 0; ms < 120; ms++) await manual.advance(1)
  expect(at).toBe(100)
})
