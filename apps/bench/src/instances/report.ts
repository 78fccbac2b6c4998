import { Histogram } from '../histogram.ts'
import { median } from '../report/statistics.ts'
import { lines } from '../web/report.ts'
import type { RunCost } from './measure-runs.ts'
import type { Figures } from './measure-streams.ts'
import { SETUPS, type Setup } from './start-servers.ts'

export type Rounds = Readonly<Record<Setup, readonly Figures[]>>
type Figure = (figures: Figures) => number

const HEADINGS: Readonly<Record<Setup, string>> = {
  memory: 'memory',
  sticky: 'Redis, sticky',
  remote: 'Redis, other server',
  two: 'two servers, sticky',
}

const perFrame: Figure = ({ cpuPerFrame }) => cpuPerFrame
const perStream: Figure = ({ cpuPerStreamSecond }) => cpuPerStreamSecond / 1000

/** With the digits after the point. */
const ROWS: readonly (readonly [string, number, Figure])[] = [
  ['CPU per frame, µs', 1, perFrame],
  ['CPU per stream-second, ms', 2, perStream],
  ['Latency p50, ms', 1, ({ p50 }) => p50],
  ['Latency p99, ms', 1, ({ p99 }) => p99],
  ['Appends per stream-second', 1, ({ redis }) => redis.appends],
  ['Reads per stream-second', 1, ({ redis }) => redis.reads],
  ['Publishes per stream-second', 2, ({ redis }) => redis.publishes],
  ['Redis’ CPU per stream-second, ms', 2, ({ redis }) => redis.cpuUs / 1000],
]

/** What the setups cost, in Markdown. */
export function streamTable(rounds: Rounds): string {
  return lines([
    ['', ...SETUPS.map((setup) => HEADINGS[setup])],
    ['---', ...SETUPS.map(() => '---:')],
    ...ROWS.map(([label, digits, of]) =>
      [label].concat(SETUPS.map((setup) => median(rounds[setup].map(of)).toFixed(digits))),
    ),
    ['CPU per frame, times memory', ...SETUPS.map((setup) => ratio(rounds, setup, perFrame).toFixed(2))],
  ])
}

/** Each figure that has a goal, with it. */
export function goalTable(rounds: Rounds): string {
  const [ms, tokens] = [new Histogram(), new Histogram()]
  for (const stop of rounds.remote.flatMap(({ stops }) => stops)) {
    ms.add(stop.ms)
    tokens.add(stop.tokens)
  }
  const [time, sent] = [ms.summary(), tokens.summary()]
  // What one processor's time is enough for.
  const streams = 2 / ratio(rounds, 'two', perStream)
  return lines([
    ['', 'measured', 'goal'],
    ['---', '---:', '---:'],
    ['CPU per frame, sticky, times memory', ratio(rounds, 'sticky', perFrame).toFixed(2), '≤ 1.15'],
    ['Latency added on the other server, p50, ms', added(rounds, ({ p50 }) => p50).toFixed(1), '≤ 3'],
    ['… p99, ms', added(rounds, ({ p99 }) => p99).toFixed(1), '≤ 15'],
    [`Stop on the other server, p50 of ${time.count}, ms`, time.p50.toFixed(1), ''],
    ['… p99, ms', time.p99.toFixed(1), '≤ 50'],
    ['… tokens after it, p50 and p99', `${sent.p50} and ${sent.p99}`, ''],
    ['Streams of two servers, times those of one without Redis', streams.toFixed(2), '≥ 1.8'],
  ])
}

export function runTable({ sticky, remote }: Readonly<Record<'sticky' | 'remote', RunCost>>, tokens: number) {
  return lines([
    [`An answer of ${tokens} tokens`, HEADINGS.sticky, HEADINGS.remote],
    ['---', '---:', '---:'],
    ['Bytes in Redis', sticky.bytes.toFixed(0), remote.bytes.toFixed(0)],
    ['Commands in all', sticky.commands.toFixed(0), remote.commands.toFixed(0)],
  ])
}

/** Times memory: the median over the rounds, in which both were measured within seconds. */
function ratio(rounds: Rounds, setup: Setup, of: Figure): number {
  return median(
    rounds.memory.map((base, round) => {
      const figures = rounds[setup][round]
      return figures ? of(figures) / of(base) : Number.NaN
    }),
  )
}

/** By the way over the other server. */
function added(rounds: Rounds, of: Figure): number {
  return median(
    rounds.sticky.map((base, round) => {
      const figures = rounds.remote[round]
      return figures ? of(figures) - of(base) : Number.NaN
    }),
  )
}
