import { mergeEvents, type RunEvent } from '@sluice/events'
import type { RunRecords } from '../run-records.ts'
import { runNotFound } from '../runs-error.ts'

interface Recorded {
  owner: string
  readonly process: symbol
  events: readonly RunEvent[]
  ended: boolean
}

export interface MemoryRecords extends RunRecords {
  /** The same records, as another process has them. */
  another(): MemoryRecords
  adopt(runIds: readonly string[], owner: string): void
  forget(owner: string): void
}

/** {@link RunRecords} in memory: what a database is to several processes. */
export function memoryRecords(runs = new Map<string, Recorded>()): MemoryRecords {
  const process = Symbol('process')
  return {
    another: () => memoryRecords(runs),
    adopt(runIds, owner) {
      for (const runId of runIds) {
        const run = runs.get(runId)
        if (run) run.owner = owner
      }
    },
    forget(owner) {
      for (const [runId, run] of runs) if (run.owner === owner) runs.delete(runId)
    },
    async claim({ runId, owner, model }) {
      const run = runs.get(runId)
      if (run && run.owner !== owner) throw runNotFound()
      if (run) return run.process === process && !run.ended
      runs.set(runId, { owner, process, events: [{ type: 'start', model, runId }], ended: false })
      return true
    },
    async end({ runId, events, terminal }) {
      const run = runs.get(runId)
      if (run === undefined) return terminal
      const earlier = run.ended ? run.events.at(-1) : undefined
      if (earlier?.type === 'done' || earlier?.type === 'error') return earlier
      Object.assign(run, { events: mergeEvents([...events, terminal]), ended: true })
      return terminal
    },
    async save({ runId, events }) {
      const run = runs.get(runId)
      if (run && !run.ended) run.events = events
    },
    async stateOf(owner, runId) {
      const run = runs.get(runId)
      if (run?.owner !== owner) return undefined
      if (run.ended) return 'ended'
      return run.process === process ? 'unstarted' : 'elsewhere'
    },
    async eventsOf(owner, runId) {
      const run = runs.get(runId)
      return run?.owner === owner ? run.events : undefined
    },
  }
}
