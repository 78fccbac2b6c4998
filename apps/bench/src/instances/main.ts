import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { whyNoPostgres } from '@sluice/db/testing'
import { startBench } from '../bench.ts'
import { judgeNoise, type Spin, spin } from '../noise.ts'
import { SLUICE_MAIN } from '../options.ts'
import { machine } from '../web/report.ts'
import { measureRuns } from './measure-runs.ts'
import { type Figures, measureStreams } from './measure-streams.ts'
import { goalTable, runTable, streamTable } from './report.ts'
import { SETUPS, type Setup, startServers } from './start-servers.ts'

// Measures the cost of sharing runs through Redis.

const USAGE = `pnpm bench:instances [options]
  --quick             a smoke test of 20 seconds; figures are rough
  --cpu-prof <dir>    write a CPU profile of every server there; figures then cost more
`
const LIMIT_MS = 4 * 60_000
const FULL = { rounds: 5, streams: 100, settleMs: 1000, listenMs: 3000, stops: 24, runs: 20, tokens: 1000 }
const QUICK = { rounds: 1, streams: 40, settleMs: 300, listenMs: 800, stops: 10, runs: 10, tokens: 100 }

const { values } = parseArgs({
  // pnpm passes its own `--` on.
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    quick: { type: 'boolean', default: false },
    'cpu-prof': { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

async function main(): Promise<void> {
  const amount = values.quick ? QUICK : FULL
  const bench = await startBench({
    quick: values.quick,
    measures: [],
    peers: [],
    tokensPerDelta: 2,
    sluiceMain: SLUICE_MAIN,
    profileDir: values['cpu-prof'],
  })
  const { upstreamUrl, options, progress } = bench
  try {
    await using servers = await startServers({ ...options, upstreamUrl })
    progress('whole answers')
    const costs = {
      sticky: await measureRuns(bench, servers, { ...amount, setups: ['memory', 'sticky', 'two'] }),
      remote: await measureRuns(bench, servers, { ...amount, setups: ['remote'] }),
    }
    const rounds: Record<Setup, Figures[]> = { memory: [], sticky: [], remote: [], two: [] }
    const spins: Spin[] = []
    for (let round = 0; round < amount.rounds; round += 1) {
      // Each round begins with another one, so that none always follows the same one.
      for (const setup of [...SETUPS, ...SETUPS].slice(round % SETUPS.length).slice(0, SETUPS.length)) {
        spins.push(spin())
        const figures = await measureStreams(bench, servers, setup, amount)
        rounds[setup].push(figures)
        const { cpuPerFrame, p50, p99 } = figures
        progress(
          `round ${round + 1}  ${setup.padEnd(6)}  ${cpuPerFrame.toFixed(1)} µs per frame · p50 ${p50} p99 ${p99} ms`,
        )
      }
    }
    const { warnings } = judgeNoise(spins, undefined)
    const noise = warnings.length === 0 ? 'The machine was quiet.' : `Too noisy: ${warnings.join('; ')}.`
    const heading = `${amount.streams} streams, 50 tokens/s; ${amount.rounds} rounds; ${machine()}. ${noise}`
    const tables = [streamTable(rounds), runTable(costs, amount.tokens), goalTable(rounds)]
    process.stdout.write(`${[heading, ...tables].join('\n\n')}\n`)
  } finally {
    await bench.close()
  }
}

const why = existsSync(SLUICE_MAIN) ? whyNoPostgres() : `there is no ${SLUICE_MAIN}: build it first`
if (values.help) process.stdout.write(USAGE)
else if (why === undefined) {
  const overdue = setTimeout(() => {
    process.stderr.write(`bench: not done after ${LIMIT_MS / 60_000} minutes\n`)
    process.exit(1)
  }, LIMIT_MS)
  await main()
  clearTimeout(overdue)
} else {
  process.stderr.write(`bench: ${why}\n`)
  process.exitCode = 1
}
