import { expect, test } from 'vitest'
import { COMMIT_CHARS, type CommitScheduler, createCommitScheduler } from './commit-scheduler.ts'
import { createManualClock } from './testing/manual-clock.ts'

/** A page that always has something to commit; each commit and each frame keeps the main thread busy for a while. */
function page(cost: (commit: number) => number, { frameCost = 0, charsPerSecond = Infinity } = {}) {
  const manual = createManualClock()
  let spent = 0
  const now = () => manual.now() + spent
  const frame = (run: () => void) =>
    manual.frame(() => {
      run()
      spent += frameCost
    })
  const starts: number[] = []
  const scheduler = createCommitScheduler({
    clock: { ...manual, now, frame },
    charsPerSecond: () => charsPerSecond,
    commit() {
      starts.push(now())
      spent += cost(starts.length)
      scheduler.schedule()
    },
  })
  scheduler.schedule()
  const gaps = () => starts.slice(1).map((start, index) => start - (starts[index] ?? 0))
  return { advance: manual.advance, scheduler, starts, gaps }
}

/** What happens on a page, in order. */
function record(onCommit: (scheduler: CommitScheduler) => void = () => {}) {
  const clock = createManualClock()
  const happened: string[] = []
  const frame = (run: () => void) =>
    clock.frame(() => {
      happened.push('frame')
      run()
    })
  const scheduler = createCommitScheduler({
    clock: { ...clock, frame },
    commit() {
      happened.push('commit')
      onCommit(scheduler)
    },
  })
  return { scheduler, clock, happened }
}

test('each frame is committed in the next task', async () => {
  const { scheduler, clock, happened } = record()
  for (let arrival = 1; arrival <= 10; arrival++) {
    scheduler.schedule()
    await clock.advance(0)
    expect(happened.filter((what) => what === 'commit')).toHaveLength(arrival)
    await clock.advance(60)
  }
})

test('frames that arrive together make one commit', async () => {
  const { scheduler, clock, happened } = record()
  for (let call = 0; call < 5; call++) scheduler.schedule()
  scheduler.scheduleUrgent()
  await clock.advance(1000)
  expect(happened).toEqual(['commit', 'frame'])
})

test('a commit has its own task, and there is at most one per animation frame', async () => {
  const { scheduler, clock, happened } = record(({ schedule }) => schedule())
  scheduler.schedule()
  await clock.advance(36)
  expect(happened).toEqual(['commit', 'frame', 'commit', 'frame', 'commit'])
})

test('an urgent commit waits for the paint of the one before it, too', async () => {
  const { scheduler, clock, happened } = record()
  scheduler.schedule()
  await clock.advance(0)
  scheduler.scheduleUrgent()
  await clock.advance(15)
  expect(happened).toEqual(['commit'])
  await clock.advance(1)
  expect(happened).toEqual(['commit', 'frame', 'commit'])
})

test('an urgent commit skips the pause after a slow one, scheduled before its paint or after', async () => {
  for (const before of [10, 50]) {
    const { advance, scheduler, starts } = page(() => 300)
    await advance(before)
    expect(starts).toHaveLength(1)
    scheduler.scheduleUrgent()
    scheduler.schedule()
    await advance(16)
    expect(starts).toHaveLength(2)
    await advance(500)
    expect(starts).toHaveLength(2)
  }
})

test('a slow commit is followed by a pause of twice its time', async () => {
  const { advance, gaps } = page(() => 200)
  await advance(5000)
  expect(Math.min(...gaps())).toBeGreaterThanOrEqual(600)
  expect(Math.max(...gaps())).toBeLessThan(650)
})

test('the cost of a commit is its script and the frame that shows it', async () => {
  const { advance, gaps } = page(() => 20, { frameCost: 100 })
  await advance(5000)
  expect(Math.min(...gaps())).toBeGreaterThanOrEqual(360)
  expect(Math.max(...gaps())).toBeLessThan(500)
})

test('one slow commit only delays the next one', async () => {
  const { advance, gaps } = page((commit) => (commit === 3 ? 300 : 1))
  await advance(3000)
  const [, , slow, next] = gaps()
  expect(slow).toBeGreaterThanOrEqual(900)
  expect(next).toBeLessThan(30)
})

test('however slow the commits, the pause between them is at most two seconds', async () => {
  const { advance, gaps } = page(() => 1500)
  await advance(10_000)
  expect(Math.min(...gaps())).toBeGreaterThanOrEqual(3500)
  expect(Math.max(...gaps())).toBeLessThan(3600)
})

test('slow commits get less text, fast ones more', async () => {
  const slow = page(() => 200)
  await slow.advance(5000)
  expect(slow.scheduler.chars()).toBe(COMMIT_CHARS.least)
  const fast = page(() => 5)
  expect(fast.scheduler.chars()).toBe(COMMIT_CHARS.first)
  await fast.advance(1000)
  expect(fast.scheduler.chars()).toBe(COMMIT_CHARS.most)
})

test('with charsPerSecond, a tenth of it is shown ten times a second', async () => {
  const { advance, scheduler, gaps } = page(() => 1, { charsPerSecond: 300 })
  await advance(10_000)
  expect(scheduler.chars()).toBe(30)
  expect(Math.min(...gaps())).toBeGreaterThanOrEqual(100)
  expect(Math.max(...gaps())).toBeLessThan(120)
})

test('a visible page without frames goes on', async () => {
  const { scheduler, clock, happened } = record(({ schedule }) => schedule())
  clock.setFrames(false)
  scheduler.schedule()
  await clock.advance(2000)
  expect(happened.length).toBeGreaterThan(6)
  expect(happened).not.toContain('frame')
})

test('a long commit does not shorten the timeout for its frame', async () => {
  // The frame is requested before the commit, and its timeout starts after it.
  const { clock, scheduler } = record(() => expect(clock.pending()).toBe(1))
  scheduler.schedule()
  await clock.advance(0)
  expect(clock.pending()).toBe(2)
})

test('a hidden page shows the end without a timer, which may come a minute late', () => {
  const { scheduler, clock, happened } = record()
  clock.setHidden(true)
  scheduler.schedule()
  scheduler.scheduleUrgent()
  expect(happened).toEqual(['commit'])
  expect(clock.pending()).toBe(0)
})

test('a page that is hidden before a commit is painted goes on', async () => {
  const { scheduler, clock, happened } = record(({ schedule }) => schedule())
  scheduler.schedule()
  await clock.advance(0)
  clock.setHidden(true)
  await clock.advance(3500)
  expect(happened).toEqual(['commit', 'commit', 'commit', 'commit'])
})

test('a hidden page, whose timers are late, commits once a second', async () => {
  const manual = createManualClock()
  manual.setHidden(true)
  const late = {
    ...manual,
    after: (ms: number, run: () => void) => manual.after(Math.max(1000, ms), run),
  }
  const sizes: number[] = []
  const scheduler = createCommitScheduler({
    clock: late,
    commit() {
      sizes.push(scheduler.chars())
      scheduler.schedule()
    },
  })
  scheduler.schedule()
  await manual.advance(5000)
  expect(sizes).toEqual(Array.from({ length: 5 }, () => COMMIT_CHARS.most))
})

test('cancel leaves no timer, before a commit, after it and after its frame', async () => {
  const { clock, scheduler } = record()
  scheduler.schedule()
  expect(clock.pending()).toBe(1)
  scheduler.cancel()
  expect(clock.pending()).toBe(0)
  scheduler.schedule()
  await clock.advance(0)
  expect(clock.pending()).toBe(2)
  scheduler.cancel()
  expect(clock.pending()).toBe(0)
  scheduler.schedule()
  await clock.advance(0)
  const left: number[] = []
  // After the commit that is measured.
  clock.frame(() => {
    left.push(clock.pending())
    scheduler.cancel()
    left.push(clock.pending())
  })
  await clock.advance(16)
  expect(left).toEqual([1, 0])
})

test('cancel during a commit leaves no timer either', async () => {
  const { clock, scheduler } = record(({ cancel }) => cancel())
  scheduler.schedule()
  await clock.advance(0)
  expect(clock.pending()).toBe(0)
})
