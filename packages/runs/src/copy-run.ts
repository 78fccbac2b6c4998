import { isTerminal, type RunEvent } from '@sluice/events'
import type { Clock } from './clock.ts'
import type { LiveStore } from './live-store.ts'
import { MemoryLog } from './memory-log.ts'
import type { Run } from './run.ts'
import type { RunRecords } from './run-records.ts'
import { RunsError } from './runs-error.ts'
import { Sleeper } from './sleeper.ts'

/**
 * How long, in ms, until the record of a run is looked at again that the live store cannot copy: at first, because it
 * may be about to be shared, and at most.
 */
const LOOK_AGAIN_MS = { first: 50, longest: 1000 }

export interface CopyOptions {
  readonly live: LiveStore
  readonly records: Pick<RunRecords, 'stateOf' | 'eventsOf'>
  readonly clock: Clock
  /** Ends the copying. */
  readonly signal: AbortSignal
}

/**
 * Fills the log of a run that another process writes: from the live store, as far as that goes, and then with the rest
 * from its record, once it has ended. It returns without the end when the run is no longer there.
 */
export async function copyRun(run: Run, { live, records, clock, signal }: CopyOptions): Promise<void> {
  const { runId, lease } = run
  const sleeper = new Sleeper()
  signal.addEventListener('abort', sleeper.wake, { once: true })
  try {
    for (let ms = LOOK_AGAIN_MS.first; !signal.aborted; ms = Math.min(ms * 2, LOOK_AGAIN_MS.longest)) {
      const { end } = await run.log.status()
      for await (const events of live.copy({ runId, after: end, lease, signal })) await run.append(events)
      if (signal.aborted || (await addRest(run, records))) return
      const cancel = clock.after(ms, sleeper.wake)
      await sleeper.sleep()
      cancel()
    }
  } finally {
    signal.removeEventListener('abort', sleeper.wake)
  }
}

/**
 * @returns whether that was all there is; false while the run goes on, or the records cannot be reached.
 * @throws when the record of the ended run cannot be read: another process may be able to.
 */
async function addRest(run: Run, records: CopyOptions['records']): Promise<boolean> {
  const { end, ended } = await run.log.status()
  if (!ended) {
    const state = await stateOf(run, records)
    if (state === 'unavailable' || (state !== undefined && state !== 'ended')) return false
    const events = state && (await records.eventsOf(run.owner, run.runId))
    if (events === undefined) return true
    await run.append(await eventsAfter(events, end))
  }
  run.lease.end()
  return true
}

async function stateOf({ owner, runId }: Run, records: CopyOptions['records']) {
  try {
    return await records.stateOf(owner, runId)
  } catch (error) {
    if (error instanceof RunsError) return 'unavailable'
    throw error
  }
}

/** The process that wrote a run may have died, and recorded less than it had shared. */
async function eventsAfter(events: readonly RunEvent[], position: number): Promise<readonly RunEvent[]> {
  const log = new MemoryLog(events)
  const { end } = await log.status()
  if (position >= end) return events.filter(isTerminal)
  return (await log.read(position, end)).map(({ event }) => event)
}
