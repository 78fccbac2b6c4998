import { expect, test } from 'vitest'
import { type Cadence, createCadence } from './cadence.ts'
import { createManualClock } from './testing/manual-clock.ts'

/** A page that always has something to commit, each of which keeps the main thread busy for so long. */
function page(cost: (commit: number) => number, frameCost = 0) {
  const manual = createManualClock()
  let spent = 0
  const now = () => manual.now() + spent
  const frame = (run: () => void) =>
    manual.frame(() => {
      run()
      spent += frameCost
    })
  const starts: number[] = []
  const cadence = createCadence({ ...manual, now, frame }, () => {
    starts.push(now())
    spent += cost(starts.length)
    cadence.soon()
  })
  cadence.soon()
  const gaps = () => starts.slice(1).map((start, index) => start - (starts[index] ?? 0))
  return { advance: manual.advance, pending: manual.pending, cadence, starts, gaps }
}

test('commits that cost little come about ten times a second', async () => {
  const { advance, starts } = page(() => 1)
  await advance(10_000)
  expect(starts.length).toBeGreaterThanOrEqual(80)
  expect(starts.length).toBeLessThanOrEqual(108)
})

test('a slow commit is followed by twice its time of rest', async () => {
  const { advance, gaps } = page(() => 200)
  await advance(5000)
  expect(Math.min(...gaps())).toBeGreaterThanOrEqual(600)
  expect(Math.max(...gaps())).toBeLessThan(650)
})

test('what a commit costs is its script and the frame that shows it', async () => {
  const { advance, gaps } = page(() => 20, 100)
  await advance(5000)
  expect(Math.min(...gaps())).toBeGreaterThanOrEqual(360)
  expect(Math.max(...gaps())).toBeLessThan(500)
})

test('one slow commit slows the next one only', async () => {
  const { advance, gaps } = page((commit) => (commit === 3 ? 300 : 1))
  await advance(3000)
  const [, , slow, next] = gaps()
  expect(slow).toBeGreaterThanOrEqual(900)
  expect(next).toBeLessThan(130)
})

test('however slow the commits, one comes every two seconds and its own time', async () => {
  const { advance, gaps } = page(() => 1500)
  await advance(10_000)
  expect(Math.max(...gaps())).toBeLessThan(3600)
})

test('the slower the commits, the less text in each; the faster, the more', async () => {
  const slow = page(() => 200)
  await slow.advance(5000)
  expect(slow.cadence.chars()).toBe(512)
  const fast = page(() => 5)
  expect(fast.cadence.chars()).toBe(256)
  await fast.advance(1000)
  expect(fast.cadence.chars()).toBe(8192)
})

/** What happens on a page that has something to commit whenever it is asked to. */
function record(onCommit: (cadence: Cadence) => void) {
  const clock = createManualClock()
  const happened: string[] = []
  const frame = (run: () => void) =>
    clock.frame(() => {
      happened.push('frame')
      run()
    })
  const cadence = createCadence({ ...clock, frame }, () => {
    happened.push('commit')
    onCommit(cadence)
  })
  return { cadence, clock, happened }
}

test('a commit comes in a task of its own, and the next one after the frame that shows it', async () => {
  const { cadence, clock, happened } = record(({ soon }) => soon())
  cadence.next()
  await clock.advance(250)
  expect(happened).toEqual(['commit', 'frame', 'commit', 'frame', 'commit', 'frame'])
})

test('what is shown at once waits for no time, but for the frame of what was shown before', async () => {
  const { cadence, clock, happened } = record(() => {})
  cadence.next()
  await clock.advance(0)
  expect(happened).toEqual(['commit'])
  cadence.next()
  cadence.soon()
  await clock.advance(15)
  expect(happened).toEqual(['commit'])
  await clock.advance(1)
  expect(happened).toEqual(['commit', 'frame', 'commit'])
})

test('a page that is visible but gets no frames goes on all the same', async () => {
  const { cadence, clock, happened } = record(({ soon }) => soon())
  clock.setFrames(false)
  cadence.next()
  await clock.advance(2000)
  expect(happened.length).toBeGreaterThan(6)
  expect(happened).not.toContain('frame')
})

test('however long a commit takes, it does not use up the wait for its frame', async () => {
  const { clock, cadence } = record(() => expect(clock.pending()).toBe(1))
  cadence.next()
  await clock.advance(0)
  expect(clock.pending()).toBe(2)
})

test('a hidden page shows the end without a timer, which may come a minute late', () => {
  const { cadence, clock, happened } = record(() => {})
  clock.setHidden(true)
  cadence.next()
  expect(happened).toEqual(['commit'])
})

test('a hidden page, whose timers are late, takes what has come once a second', async () => {
  const manual = createManualClock()
  manual.setHidden(true)
  const late = {
    ...manual,
    after: (ms: number, run: () => void) => manual.after(Math.max(1000, ms), run),
  }
  const sizes: number[] = []
  const cadence = createCadence(late, () => {
    sizes.push(cadence.chars())
    cadence.soon()
  })
  cadence.soon()
  await manual.advance(5000)
  expect(sizes).toEqual([8192, 8192, 8192, 8192, 8192])
})

test('cancel leaves no timer, before a commit, in the middle of it and while its frame is shown', async () => {
  const { clock, cadence } = record(() => {})
  cadence.next()
  cadence.cancel()
  expect(clock.pending()).toBe(0)
  cadence.next()
  await clock.advance(0)
  expect(clock.pending()).toBeGreaterThan(0)
  cadence.cancel()
  expect(clock.pending()).toBe(0)
  cadence.next()
  await clock.advance(0)
  const left: number[] = []
  // After the one that measures.
  clock.frame(() => {
    left.push(clock.pending())
    cadence.cancel()
    left.push(clock.pending())
  })
  await clock.advance(16)
  expect(left).toEqual([1, 0])
})

test('cancel in the middle of a commit leaves no timer either', async () => {
  const { clock, cadence } = record(({ cancel }) => cancel())
  cadence.next()
  await clock.advance(0)
  expect(clock.pending()).toBe(0)
})
