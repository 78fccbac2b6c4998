import { existsSync } from 'node:fs'
import { startBench } from './bench.ts'
import { fingerprint } from './fingerprint.ts'
import { judgeNoise } from './noise.ts'
import { type Options, readOptions, USAGE } from './options.ts'
import { Results } from './report/results.ts'
import { writeReport } from './report/write-report.ts'
import { runAll } from './run-all.ts'

/** A run that hangs is ended after this. */
const LIMIT_MS = 15 * 60_000

async function main(): Promise<void> {
  const options = parsed()
  if (options === undefined) return
  if (!existsSync(options.sluiceMain)) return fail(`there is no ${options.sluiceMain}: build it first`)

  const overdue = setTimeout(() => {
    fail(`not done after ${LIMIT_MS / 60_000} minutes`)
    process.exit()
  }, LIMIT_MS)
  const startedAt = performance.now()
  const build = await fingerprint(options.sluiceMain)
  const bench = await startBench(options)
  try {
    const spins = await runAll(bench)
    if ((await fingerprint(options.sluiceMain)) !== build)
      bench.notes.add('**The build of sluice changed during the run: its figures mix two builds.**')
    const { samples, notes } = bench
    const raw = new Results(samples).figure('pacedCpu', 'raw')
    const rawStray = raw === undefined || raw.rounds < 2 ? undefined : (raw.max - raw.min) / raw.median
    const { text, path } = await writeReport({
      options,
      build,
      samples,
      noise: judgeNoise(spins, rawStray),
      notes: [...notes],
      seconds: (performance.now() - startedAt) / 1000,
    })
    process.stdout.write(`\n${text}\nAlso in ${path}\n`)
  } finally {
    clearTimeout(overdue)
    await bench.close()
  }
}

function parsed(): Options | undefined {
  try {
    const options = readOptions(process.argv.slice(2))
    if (options !== 'help') return options
    process.stdout.write(USAGE)
  } catch (error) {
    fail(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
  }
  return undefined
}

function fail(why: string): void {
  process.stderr.write(`bench: ${why}\n`)
  process.exitCode = 1
}

await main()
