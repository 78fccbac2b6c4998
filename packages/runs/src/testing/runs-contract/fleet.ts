import { expect, onTestFinished, test } from 'vitest'
import type { Clock } from '../../clock.ts'
import type { LiveStore } from '../../live-store.ts'
import type { RunSummary } from '../../run-summary.ts'
import { type ReadOptions, Runs, type RunsOptions, type StartOptions } from '../../runs.ts'
import { RunsError } from '../../runs-error.ts'
import { manualClock } from '../manual-clock.ts'
import { memoryRecords } from '../memory-records.ts'
import { reading } from '../reading.ts'
import { scriptedSource, type ScriptedSourceOptions } from '../scripted-source.ts'
import { countTimers } from './count-timers.ts'
import { inTurn } from './in-turn.ts'

export const WINDOW = 100
export const FRAME_MS = 50
export const GRACE_MS = 5000
export const LEASE_MS = 75_000
export const RUN_MAX_MS = 180_000
export const STARTED = { type: 'start', model: 'a-model', runId: 'r1' } as const

/** The live stores of one or several processes that share their runs, and nothing with other fleets. */
export interface Fleet {
  readonly stores: readonly LiveStore[]
  /** How long it may take, by the clock, until the others have what one of them has. 0 where there are no others. */
  readonly delayMs: number
  /** Resolves when nothing happens any more until the clock advances: no promise, and nothing between the stores. */
  settled(): Promise<void>
  close(): Promise<void>
}

export type CreateFleet = (options: { readonly clock: Clock }) => Promise<Fleet>

type SetUpOptions = ScriptedSourceOptions & Partial<RunsOptions>

type SetUp = (options?: SetUpOptions) => ReturnType<typeof setUpFleet>

/** Registers a test of the contract. */
export type Contract = (claim: string, body: (setUp: SetUp) => Promise<void>) => void

export function contractOf(name: string, createFleet: CreateFleet): Contract {
  return (claim, body) =>
    test(`${name}: ${claim}`, async () => {
      expect.hasAssertions()
      await body((options) => setUpFleet(createFleet, options))
    })
}

async function setUpFleet(createFleet: CreateFleet, { onPull, ignoresAbort, ...options }: SetUpOptions = {}) {
  const clock = manualClock(() => fleet.settled())
  const fleet = await createFleet({ clock })
  onTestFinished(() => fleet.close())
  const timers = countTimers(clock)
  const records = memoryRecords()
  const ends: RunSummary[] = []
  const errors: { error: unknown; runId: string }[] = []
  const instances = fleet.stores.map(
    (live, i) =>
      new Runs({
        windowChars: WINDOW,
        frameMs: FRAME_MS,
        graceMs: GRACE_MS,
        leaseMs: LEASE_MS,
        runMaxMs: RUN_MAX_MS,
        clock: timers.clock,
        live,
        records: i === 0 ? records : records.another(),
        onEnd: (run) => ends.push(run),
        onError: (error, runId) => errors.push({ error, runId }),
        ...options,
      }),
  )
  const script = scriptedSource({ ...(onPull && { onPull }), ...(ignoresAbort && { ignoresAbort }) })
  const use = <T extends Pick<Runs, 'start' | 'read'>>(instance: T) => ({
    runs: instance,
    start: (more: Partial<StartOptions> = {}) =>
      instance.start({ owner: 'ann', runId: 'r1', model: 'a-model', source: script.source, ...more }),
    read: ({ after = 0, owner = 'ann', runId = 'r1', readerId }: Partial<Read> = {}) => {
      const connection = new AbortController()
      const { signal } = connection
      const seen = reading(instance.read(owner, runId, { after, readerId, signal }), clock)
      return { seen, drop: () => connection.abort(), signal }
    },
  })
  const [first, ...others] = instances.map((instance) => use(instance))
  if (first === undefined) throw new Error('A fleet has at least one store.')
  return {
    clock,
    script,
    ends,
    errors,
    records,
    delay: fleet.delayMs,
    settled: fleet.settled,
    /** Number of timers of all instances that are waiting, without those of the stores. */
    timers: () => timers.pending,
    /** All instances as one, which take calls in turn. */
    ...use(inTurn(instances)),
    /** Single instances. Of a fleet of one they are the same. */
    one: first,
    other: others.at(-1) ?? first,
    third: others[0] ?? first,
    isAlone: others.length === 0,
  }
}

interface Read extends Pick<ReadOptions, 'after' | 'readerId'> {
  readonly owner: string
  readonly runId: string
}

/** Everything that a caller sees of a refusal. */
export async function refusal(
  answer: Promise<unknown>,
): Promise<{ code: string; message: string } | undefined> {
  try {
    await answer
    return undefined
  } catch (error) {
    return error instanceof RunsError ? { code: error.code, message: error.message } : undefined
  }
}
