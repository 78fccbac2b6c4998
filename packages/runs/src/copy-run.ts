import { isTerminal, type RunEvent } from '@sluice/events'
import type { Clock } from './clock.ts'
import type { LiveStore } from './live-store.ts'
import { MemoryLog } from './memory-log.ts'
import type { Run } from './run.ts'
import type { RunRecords } from './run-records.ts'
import { runNotFound, RunsError } from './runs-error.ts'
import { Sleeper } from './sleeper.ts'

/** How long, in ms, until the record of a run is looked at again that the live store cannot copy. */
const LOOK_AGAIN_MS = 1000

export interface CopyOptions {
  readonly live: LiveStore
  readonly records: Pick<RunRecords, 'stateOf' | 'eventsOf'>
  readonly clock: Clock
  /** Ends the copying. */
  readonly signal: AbortSignal
}

/**
 * Fills the log of a run that another process writes: from the live store, as far as that goes, and then with the rest
 * from its record, once it has ended. Removes the readers of a run that is no longer there.
 */
export async function copyRun(run: Run, { live, records, clock, signal }: CopyOptions): Promise<void> {
  const { runId, lease } = run
  const sleeper = new Sleeper()
  signal.addEventListener('abort', sleeper.wake, { once: true })
  try {
    while (!signal.aborted) {
      const { end } = await run.log.status()
      for await (const events of live.copy({ runId, after: end, lease, signal })) await run.append(events)
      if (signal.aborted || (await addRest(run, records))) return
      const cancel = clock.after(LOOK_AGAIN_MS, sleeper.wake)
      await sleeper.sleep()
      cancel()
    }
  } finally {
    signal.removeEventListener('abort', sleeper.wake)
  }
}

/** @returns false while the run goes on, or its record cannot be read. */
async function addRest(run: Run, records: CopyOptions['records']): Promise<boolean> {
  const { end, ended } = await run.log.status()
  let rest: readonly RunEvent[] = []
  if (!ended) {
    try {
      const state = await records.stateOf(run.owner, run.runId)
      if (state !== undefined && state !== 'ended') return false
      const events = state && (await records.eventsOf(run.owner, run.runId))
      if (events === undefined) {
        run.lease.dismiss(runNotFound())
        return true
      }
      rest = await eventsAfter(events, end)
    } catch (error) {
      if (error instanceof RunsError) return false
      throw error
    }
    await run.append(rest)
  }
  run.lease.end()
  return true
}

/** The process that wrote a run may have died, and recorded less than it had shared. */
async function eventsAfter(events: readonly RunEvent[], position: number): Promise<readonly RunEvent[]> {
  const log = new MemoryLog(events)
  const { end } = await log.status()
  if (position >= end) return events.filter(isTerminal)
  return (await log.read(position, end)).map(({ event }) => event)
}
