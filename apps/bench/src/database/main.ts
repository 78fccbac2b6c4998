import { resolve } from 'node:path'
import { whyNoPostgres } from '@sluice/db/testing'
import type { Load } from '../load/load.ts'
import { remote } from '../processes/rpc.ts'
import { startProcess } from '../processes/start-process.ts'
import { median, pairedRatio } from '../report/statistics.ts'
import { lines, machine } from '../web/report.ts'
import { type Cpu, countQueries, measureCpu, type Queries } from './measure.ts'
import { type Engine, type EngineName, startEngine } from './start-engine.ts'

// What the database costs: queries and processor time per answer, with each kind of database and without one.

const SHORT = 20
const LONG = 16_000
const WARM_UP_MS = 4000
const ROUNDS = 5
const ROUND_MS = 1500

interface Column {
  readonly engine: Engine
  readonly short: Queries
  readonly long: Queries
  /** Of short answers and of long ones, by round. */
  readonly shortCpu: Cpu[]
  readonly longCpu: Cpu[]
}

const start = (name: string) =>
  startProcess({ name, script: resolve(import.meta.dirname, `../${name}/${name}.ts`) })
const [upstream, loader] = await Promise.all([start('upstream'), start('load')])
const load = remote<Load>(loader.child, 'load')
const noPostgres = whyNoPostgres()
const names: EngineName[] = [
  'no database',
  'PGlite',
  ...(noPostgres === undefined ? ['Postgres' as const] : []),
]

const columns: Column[] = []
try {
  for (const name of names) {
    const engine = await startEngine(name, upstream.url)
    await measureCpu(load, engine, { tokens: SHORT, ms: WARM_UP_MS })
    const short = await countQueries(load, engine, SHORT)
    columns.push({ engine, short, long: await countQueries(load, engine, LONG), shortCpu: [], longCpu: [] })
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { engine, shortCpu, longCpu } of columns) {
      shortCpu.push(await measureCpu(load, engine, { tokens: SHORT, ms: ROUND_MS }))
      longCpu.push(await measureCpu(load, engine, { tokens: LONG, ms: ROUND_MS }))
    }
  }
  const why = noPostgres === undefined ? '' : `\nWithout Postgres: ${noPostgres}\n`
  process.stdout.write(`${machine()}\n\n${table()}\n${why}`)
} finally {
  await Promise.all([...columns.map(({ engine }) => engine.stop()), loader.stop(), upstream.stop()])
}

function table(): string {
  return lines([
    row('', ({ engine }) => engine.name),
    row('---', () => '---:'),
    row('Queries to start an answer', ({ short }) => String(short.start)),
    row('Queries to end it', ({ short }) => String(short.end)),
    row(`More of them for ${LONG} tokens`, ({ short, long }) =>
      String(long.start + long.end - short.start - short.end),
    ),
    row(`CPU per answer of ${SHORT} tokens, server, ms`, ({ shortCpu }) => serverCpu(shortCpu, 'shortCpu')),
    row(`… Postgres’ processes, ms`, ({ shortCpu }) => databaseCpu(shortCpu)),
    row(`CPU per answer of ${LONG} tokens, server, ms`, ({ longCpu }) => serverCpu(longCpu, 'longCpu')),
    row(`… Postgres’ processes, ms`, ({ longCpu }) => databaseCpu(longCpu)),
  ])
}

function row(label: string, cell: (column: Column) => string): string[] {
  return [label, ...columns.map(cell)]
}

/** The median, and how many times that without a database it is. */
function serverCpu(cpu: readonly Cpu[], length: 'shortCpu' | 'longCpu'): string {
  const times = pairedRatio(serverByRound(cpu), serverByRound(columns[0]?.[length] ?? []))
  return `${median(cpu.map(({ server }) => server)).toFixed(1)} (${times.toFixed(1)}×)`
}

function serverByRound(cpu: readonly Cpu[]): Map<number, number> {
  return new Map(cpu.map(({ server }, round) => [round, server]))
}

function databaseCpu(cpu: readonly Cpu[]): string {
  return median(cpu.map(({ database }) => database)).toFixed(1)
}
