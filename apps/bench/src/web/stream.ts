import type { Page } from 'playwright-core'
import { keyPressMs } from './key-press.ts'
import type { Probe, Sample } from './probe.ts'

/** The figures of one answer in one page. */
export interface Figures {
  readonly commitsPerSecond: number
  /** Main thread milliseconds per commit, near the start of the answer and in its last tenth, up to the end. */
  readonly earlyMs: number
  readonly lateMs: number
  /** Main thread milliseconds from at most half a second before the end to a second after it. */
  readonly endMs: number
  readonly longTasks: number
  readonly longestTaskMs: number
  readonly busyPercent: number
  readonly heapMb: number
  readonly keyIdleMs: number
  readonly keyStreamingMs: number
  readonly seconds: number
}

const EARLY_CHARS = [2_000, 12_000] as const
const LATE_SHARE = 0.9

/** Watches an answer from its start to its end. `start` begins it, on a page that is empty. */
export async function watchStream(
  page: Page,
  probe: Probe,
  { start, expectedChars, keys }: { start: () => Promise<unknown>; expectedChars: number; keys: boolean },
): Promise<Figures> {
  const emptyMb = await probe.heapMb()
  const keyIdleMs = keys ? await keyPressMs(page) : Number.NaN
  if (keys) await page.getByTestId('composer').fill('')
  const longBefore = (await probe.longTasks()).length
  await start()
  const samples: Sample[] = []
  let keyStreamingMs = Number.NaN
  for (;;) {
    const sample = await probe.sample()
    if (sample.position > 0) samples.push(sample)
    // In the middle, where neither the start nor the end is measured.
    if (keys && Number.isNaN(keyStreamingMs) && sample.position > expectedChars / 2) {
      keyStreamingMs = await keyPressMs(page)
    }
    if (sample.status === 'done') break
    if (sample.status === 'failed') throw new Error('the answer failed')
    await page.waitForTimeout(500)
  }
  await page.waitForTimeout(1000)
  const { taskMs: afterMs } = await probe.sample()
  // The last one may have seen the end.
  const growing = samples.slice(0, -1)
  const long = (await probe.longTasks()).slice(longBefore)
  const all = span(samples, 0, Number.POSITIVE_INFINITY)
  return {
    commitsPerSecond: (all.commits * 1000) / all.ms,
    earlyMs: perCommit(span(growing, ...EARLY_CHARS)),
    lateMs: perCommit(span(growing, expectedChars * LATE_SHARE, Number.POSITIVE_INFINITY)),
    endMs: afterMs - (growing.at(-1)?.taskMs ?? Number.NaN),
    longTasks: long.length,
    longestTaskMs: Math.max(0, ...long),
    busyPercent: (100 * all.taskMs) / all.ms,
    heapMb: (await probe.heapMb()) - emptyMb,
    keyIdleMs,
    keyStreamingMs,
    seconds: all.ms / 1000,
  }
}

/** The figures while the answer grew between these two lengths, in characters. */
function span(samples: readonly Sample[], from: number, to: number) {
  const within = samples.filter(({ position }) => position >= from && position <= to)
  const [first, last] = [within[0], within.at(-1)]
  if (!first || !last) return { ms: Number.NaN, taskMs: Number.NaN, commits: Number.NaN }
  return {
    ms: last.at - first.at,
    taskMs: last.taskMs - first.taskMs,
    commits: last.commits - first.commits,
  }
}

function perCommit({ taskMs, commits }: { taskMs: number; commits: number }): number {
  return taskMs / commits
}
