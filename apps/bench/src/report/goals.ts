import type { MetricName } from '../metrics.ts'
import type { PeerName } from '../peers/peer-name.ts'
import { CHARS_PER_DELTA, type TokensPerDelta } from '../upstream/wire.ts'
import type { Results } from './results.ts'

/** Sluice's defaults, with which it is measured. */
const FRAME_MS = 100
const GRACE_MS = 5000
const LEASE_S = 75
const WINDOW_CHARS = 16_384

export interface Verdict {
  readonly goal: string
  /** The figure, shown beside the goal; undefined when this run cannot tell. */
  readonly found: string | undefined
  readonly met: boolean | undefined
}

interface Goal {
  readonly metric: MetricName
  readonly judge: (results: Results, run: { tokensPerDelta: TokensPerDelta }) => Verdict
}

/** Sluice's goals, most of them relative to its peers in the same run. */
const GOALS: readonly Goal[] = [
  timesAtMost('pacedCpu', 'raw', 0.8),
  timesAtMost('pacedCpu', 'ai-sdk', 0.15),
  timesAtMost('fastCpu', 'ai-sdk', 0.25),
  timesAtMost('fastCpu', 'article', 0.6),
  timesAtMost('wireBytes', 'raw', 0.16),
  atMost('delayP99', FRAME_MS + 15, `≤ ${FRAME_MS + 15} ms (a frame + 15)`),
  {
    metric: 'firstP50',
    judge: (results) =>
      verdict(
        '≤ raw + 5 ms',
        results.difference('firstP50', 'sluice', 'raw'),
        (found) => found <= 5,
        ' ms more',
      ),
  },
  {
    metric: 'stalledRead',
    judge(results, { tokensPerDelta }) {
      // On the wire a delta has about 120 bytes besides its text; and a read or two is always in progress.
      const windowKb =
        (WINDOW_CHARS / CHARS_PER_DELTA[tokensPerDelta]) * (CHARS_PER_DELTA[tokensPerDelta] + 120)
      const limit = Math.round(windowKb / 1024) + 128
      return verdict(
        `≤ ${limit} KB (a window + 128)`,
        results.figure('stalledRead', 'sluice')?.median,
        (found) => found <= limit,
        ' KB',
      )
    },
  },
  atMost(
    'vanishedSeconds',
    LEASE_S + GRACE_MS / 1000 + 1,
    `≤ ${LEASE_S + GRACE_MS / 1000 + 1} s (lease + grace)`,
  ),
  atMost('disconnectMs', GRACE_MS + 20, `≤ ${GRACE_MS + 20} ms (grace + 20)`),
  atMost('stopMs', 20, '≤ 20 ms'),
  timesAtMost('idleHeap', 'trpc-per-token', 0.6),
  timesAtMost('idleHeap', 'ai-sdk', 0.5),
  {
    metric: 'heap64k',
    judge(results, { tokensPerDelta }) {
      const textKb = ((63_000 / tokensPerDelta) * CHARS_PER_DELTA[tokensPerDelta] * 2) / 1024
      const large = results.figure('heap64k', 'sluice')?.median
      const small = results.figure('heap1k', 'sluice')?.median
      const grown = large === undefined || small === undefined ? undefined : large - small
      return verdict(
        `≤ 1K + ${Math.round(textKb)} KB (2 bytes a character)`,
        grown,
        (found) => found <= textKb,
        ' KB more',
      )
    },
  },
  {
    metric: 'cpu64k',
    judge: (results) =>
      verdict(
        '≤ 1.05 × 1K',
        results.growth('sluice', { from: 'cpu1k', to: 'cpu64k' }),
        (found) => found <= 1.05,
        ' ×',
      ),
  },
  timesAtMost('cpu1000', 'raw', 1),
  timesAtLeast('capacity', 'ai-sdk', 6),
  timesAtLeast('capacity', 'raw', 1.2),
]

export function verdictsFor(
  metric: MetricName,
  results: Results,
  run: { tokensPerDelta: TokensPerDelta },
): Verdict[] {
  return GOALS.filter((goal) => goal.metric === metric).map((goal) => goal.judge(results, run))
}

function timesAtMost(metric: MetricName, base: PeerName, most: number): Goal {
  const judge = (results: Results) =>
    verdict(`≤ ${most} × ${base}`, results.ratio(metric, 'sluice', base), (found) => found <= most, ' ×')
  return { metric, judge }
}

function timesAtLeast(metric: MetricName, base: PeerName, least: number): Goal {
  const judge = (results: Results) => {
    const goal = `≥ ${least} × ${base}`
    const ratio = results.ratio(metric, 'sluice', base)
    const own = results.figure(metric, 'sluice')
    const other = results.figure(metric, base)
    // When one of them is only known as a minimum, some outcomes are still certain.
    const sure = (ratio ?? 0) >= least ? other?.atLeast !== true : own?.atLeast !== true
    return verdict(goal, sure ? ratio : undefined, (found) => found >= least, ' ×')
  }
  return { metric, judge }
}

/** A figure cut off by the end of the observation can miss its goal, but not meet it. */
function atMost(metric: MetricName, most: number, goal: string): Goal {
  const judge = (results: Results) => {
    const figure = results.figure(metric, 'sluice')
    if (figure?.atLeast === true && figure.median <= most) return { goal, found: undefined, met: undefined }
    return verdict(goal, figure?.median, (found) => found <= most, '')
  }
  return { metric, judge }
}

function verdict(
  goal: string,
  found: number | undefined,
  isMet: (found: number) => boolean,
  unit: string,
): Verdict {
  if (found === undefined) return { goal, found: undefined, met: undefined }
  const digits = unit === ' ×' ? 2 : 1
  return { goal, found: `${found.toFixed(digits)}${unit}`, met: isMet(found) }
}
