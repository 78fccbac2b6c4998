import { expect, test } from 'vitest'
import type { Clock } from './clock.ts'
import { Pace, type PaceOptions } from './pace.ts'
import { manualClock, settle } from './testing/manual-clock.ts'

const NEVER = new AbortController().signal

/** When a tick or gap after `since` is due, by a clock that stands at `now`. */
async function dueAt(
  of: 'tick' | 'gap',
  {
    since,
    now = since,
    frameMs = 50,
    upToDate = true,
  }: { since: number; now?: number; frameMs?: number; upToDate?: boolean },
): Promise<number | undefined> {
  const clock = manualClock()
  await clock.advance(now)
  let at: number | undefined
  const pace = new Pace({ clock, frameMs })
  const due = of === 'tick' ? pace.tick(since, NEVER) : pace.gap({ since, upToDate }, NEVER)
  void due.then(() => (at = clock.now()))
  for (let ms = 0; ms < 100; ms++) await clock.advance(1)
  return at
}

test('pulls of runs that began at different times fall on a common grid', async () => {
  expect(await dueAt('tick', { since: 100 })).toBe(150)
  expect(await dueAt('tick', { since: 106 })).toBe(160)
  expect(await dueAt('tick', { since: 109 })).toBe(160)
  expect(await dueAt('tick', { since: 115 })).toBe(160)
  expect(await dueAt('tick', { since: 116 })).toBe(170)
})

test('a pull that took some of its tick does not miss the next one', async () => {
  expect(await dueAt('tick', { since: 104.9 })).toBe(150)
})

test('a reader that is up to date may be sent the next frame a tenth earlier', async () => {
  expect(await dueAt('gap', { since: 120 })).toBe(165)
  expect(await dueAt('gap', { since: 120, upToDate: false })).toBe(170)
})

test('what is overdue is due at once', async () => {
  expect(await dueAt('tick', { since: 100, now: 500 })).toBe(500)
  expect(await dueAt('gap', { since: 100, now: 145 })).toBe(145)
})

test('the shortest frames keep their length, and none at all is no wait', async () => {
  expect(await dueAt('tick', { since: 100, frameMs: 5 })).toBe(105)
  expect(await dueAt('tick', { since: 100, frameMs: 1 })).toBe(101)
  for (const of of ['tick', 'gap'] as const) expect(await dueAt(of, { since: 100.5, frameMs: 0 })).toBe(100.5)
})

test('many wait with one timer, and it goes with the last of them', async () => {
  const clock = manualClock()
  const pace = new Pace({ clock, frameMs: 50 })
  const runs = [new AbortController(), new AbortController(), new AbortController()]
  const woken: number[] = []
  runs.forEach(({ signal }, run) => void pace.tick(clock.now(), signal).then(() => woken.push(run)))
  expect(clock.pending).toBe(1)
  runs[1]?.abort()
  await settle()
  expect(woken).toEqual([1])
  await clock.advance(50)
  expect(woken).toEqual([1, 0, 2])
  void pace.tick(clock.now(), runs[0]?.signal ?? NEVER)
  expect(clock.pending).toBe(1)
  runs[0]?.abort()
  expect(clock.pending).toBe(0)
})

test('a timer that comes early wakes nobody before the tick', async () => {
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
  const pace = new Pace({ clock, frameMs: 50 })
  let at: number | undefined
  void pace.tick(0, NEVER).then(() => (at = clock.now()))
  for (let ms = 0; ms < 60; ms++) await manual.advance(1)
  expect(at).toBe(50)
})

/** How long frames are after a process was that busy, one second for each. */
async function framesAfter(...shares: number[]): Promise<number[]> {
  const clock = manualClock()
  let share = 0
  const options: PaceOptions = { clock, frameMs: 50, busyShare: () => share }
  const pace = new Pace(options)
  const frames: number[] = []
  for (const next of shares) {
    share = next
    await clock.advance(1000)
    const since = clock.now()
    const due = pace.tick(since, NEVER).then(() => clock.now() - since)
    await clock.advance(200)
    frames.push(await due)
  }
  return frames
}

test('frames are twice as long from when the process is busy until it is calm', async () => {
  expect(await framesAfter(0.1, 0.55, 0.7, 0.5, 0.45, 0.3, 0.5)).toEqual([50, 50, 100, 100, 100, 50, 50])
})

test('a moment of much work changes nothing: the process is watched for half a second', async () => {
  const clock = manualClock()
  const pace = new Pace({ clock, frameMs: 50, busyShare: () => 1 })
  await clock.advance(400)
  const due = pace.tick(clock.now(), NEVER).then(() => clock.now())
  await clock.advance(200)
  expect(await due).toBe(450)
})
