import { type Metric, METRICS, type MetricName } from '../metrics.ts'
import type { PeerName } from '../peers/peer-name.ts'
import type { TokensPerDelta } from '../upstream/wire.ts'
import { type Verdict, verdictsFor } from './goals.ts'
import type { Figure, Results } from './results.ts'

/** The units for which a cell shows the ratio to raw. */
const HAS_RATIO: ReadonlySet<string> = new Set(['µs', 'B', 'KB', 'MB'])

/** A Markdown table: a row per metric, a column per peer, and the goals. */
export function tableOf(
  results: Results,
  { peers, tokensPerDelta }: { peers: readonly PeerName[]; tokensPerDelta: TokensPerDelta },
): string {
  const rows = metricNames()
    .filter((metric) => peers.some((peer) => results.figure(metric, peer) !== undefined))
    .map((metric) => {
      const { title, unit } = METRICS[metric]
      const cells = peers.map((peer) => cellOf(results, metric, peer)).join(' | ')
      const goals = verdictsFor(metric, results, { tokensPerDelta }).map(goalText)
      return `| ${unit === '' ? title : `${title}, ${unit}`} | ${cells} | ${goals.join('<br>')} |`
    })
  const head = `| Measure | ${peers.join(' | ')} | Goal for sluice |`
  const rule = `| --- | ${peers.map(() => '---:').join(' | ')} | --- |`
  return [head, rule, ...rows].join('\n')
}

/** The median, the furthest round from it, and the ratio to raw. */
function cellOf(results: Results, metric: MetricName, peer: PeerName): string {
  const figure = results.figure(metric, peer)
  if (figure === undefined) return '–'
  const { unit } = METRICS[metric]
  const ratio = peer !== 'raw' && HAS_RATIO.has(unit) ? results.ratio(metric, peer, 'raw') : undefined
  const times =
    ratio === undefined || !Number.isFinite(ratio) || ratio <= 0 ? '' : ` (${significant(ratio)}×)`
  return `${figure.atLeast ? '≥ ' : ''}${valueText(figure, METRICS[metric])}${times}`
}

function valueText({ median, min, max, rounds }: Figure, { digits }: Metric): string {
  const value = median.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  const stray = Math.max(max - median, median - min)
  if (rounds < 2 || median === 0) return value
  const percent = Math.round((stray / Math.abs(median)) * 100)
  return `${value} ±${percent > 100 ? '>100' : percent} %`
}

function goalText({ goal, found, met }: Verdict): string {
  if (met === undefined) return `${goal}: not seen`
  return `${goal}: **${met ? 'pass' : 'fail'}** (${found})`
}

function significant(ratio: number): string {
  return ratio >= 10 ? ratio.toFixed(0) : ratio.toPrecision(2)
}

function metricNames(): MetricName[] {
  return Object.keys(METRICS).filter(isMetricName)
}

function isMetricName(name: string): name is MetricName {
  return Object.hasOwn(METRICS, name)
}
