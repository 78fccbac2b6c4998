import { availableParallelism, loadavg } from 'node:os'
import { median } from './report/statistics.ts'

/** One fixed piece of work: its duration, and its processor time. */
export interface Spin {
  readonly wallMs: number
  readonly cpuMs: number
}

/** Limits of noise: the share of time spent waiting for a processor, and the change of its speed. */
const MAX_WAIT = 0.1
const MAX_DRIFT = 0.25
const MAX_RAW_STRAY = 0.25
/** Runnable processes per processor. The benchmark itself is one or two. */
const MAX_LOAD = 2
const WORK = 20_000_000

export function spin(): Spin {
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  let sum = 0
  for (let count = 0; count < WORK; count += 1) sum = (sum * 31 + count) | 0
  const { user, system } = process.cpuUsage(cpu)
  // Uses the sum, so that the loop is not optimised away.
  return { wallMs: performance.now() - startedAt + (sum === 0.5 ? 1 : 0), cpuMs: (user + system) / 1000 }
}

export interface Noise {
  /** Median share of time that fixed work waited for a processor. */
  readonly wait: number
  /** How much slower the slowest work was than the fastest, in processor time. */
  readonly drift: number
  readonly loadAverage: number
  /** Reasons not to trust absolute figures; empty when the machine was quiet. */
  readonly warnings: readonly string[]
}

/** @param rawStray how far raw's CPU per token strayed between rounds, as a share of its median. */
export function judgeNoise(spins: readonly Spin[], rawStray: number | undefined): Noise {
  const wait = median(spins.map(({ wallMs, cpuMs }) => Math.max(0, wallMs / Math.max(cpuMs, 0.1) - 1)))
  const times = spins.map(({ cpuMs }) => cpuMs)
  const drift = Math.max(...times) / Math.min(...times) - 1
  const warnings: string[] = []
  if (wait > MAX_WAIT) warnings.push(`fixed work waited ${percent(wait)} of its time for a processor`)
  if (drift > MAX_DRIFT) warnings.push(`the processor’s speed changed by ${percent(drift)}`)
  if (rawStray !== undefined && rawStray > MAX_RAW_STRAY) {
    warnings.push(`raw’s own CPU per token strayed by ${percent(rawStray)} between rounds`)
  }
  const loadAverage = loadavg()[0] ?? 0
  if (loadAverage > MAX_LOAD * availableParallelism()) {
    warnings.push(`the load average was ${loadAverage.toFixed(1)} on ${availableParallelism()} processors`)
  }
  return { wait, drift, loadAverage, warnings }
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
