import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { resolve } from 'node:path'
import type { Noise } from '../noise.ts'
import type { Options } from '../options.ts'
import { Results } from './results.ts'
import type { Sample } from './sample.ts'
import { tableOf } from './table.ts'

export interface Report {
  readonly options: Options
  /** Fingerprint of the build of sluice. */
  readonly build: string
  readonly samples: readonly Sample[]
  readonly noise: Noise
  readonly notes: readonly string[]
  readonly seconds: number
}

/** Ignored by git. */
const FOLDER = resolve(import.meta.dirname, '../../../../artifacts/bench')

/** Writes `<time>.json` and `<time>.md`, and returns the text and the path of the latter. */
export async function writeReport(report: Report): Promise<{ text: string; path: string }> {
  const { options, build, samples, noise, notes, seconds } = report
  const now = new Date()
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, Node ${process.versions.node}, ${process.platform}`
  const facts = [
    `${now.toISOString().slice(0, 16).replace('T', ' ')} UTC, ${Math.round(seconds)} s${options.quick ? ', quick: rough figures, 50 idle streams, 2 s of stalling, 5 s of vanishing' : ''}. ${machine}, sluice build ${build}.`,
    `Medians over the rounds, ± the furthest round; (n×) is times raw, round by round. One upstream event is ${options.tokensPerDelta === 2 ? 'two tokens, as on the real wire' : 'one token'}.`,
    noise.warnings.length === 0
      ? `The machine was quiet (load average ${noise.loadAverage.toFixed(1)}).`
      : `**Too noisy to trust absolute figures:** ${noise.warnings.join('; ')}. Ratios are of measurements seconds apart.`,
    ...notes,
  ]
  const table = tableOf(new Results(samples), options)
  const text = `${table}\n\n${facts.map((fact) => `- ${fact}`).join('\n')}\n`
  const name = now.toISOString().slice(0, 19).replaceAll(':', '')
  await mkdir(FOLDER, { recursive: true })
  const path = resolve(FOLDER, `${name}.md`)
  await writeFile(path, text)
  await writeFile(
    resolve(FOLDER, `${name}.json`),
    JSON.stringify({ at: now, machine, ...report }, undefined, 2),
  )
  return { text, path }
}
