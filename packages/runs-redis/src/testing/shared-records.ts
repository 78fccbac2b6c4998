import { isTerminal, mergeEvents, type RunEvent } from '@sluice/events'
import { runNotFound, type RunRecords } from '@sluice/runs'

interface Recorded {
  readonly owner: string
  readonly instance: string
  events: readonly RunEvent[]
}

/** The records as one instance has them. */
export interface InstanceRecords extends RunRecords {
  /** The runs of an instance that have not ended. */
  unended(instance: string): Promise<readonly { runId: string; owner: string }[]>
}

/** What a database is to several instances: each sees what the others record. */
export class SharedRecords {
  readonly #runs = new Map<string, Recorded>()

  /** Everything recorded of a run. */
  eventsOf(runId: string): readonly RunEvent[] {
    return this.#runs.get(runId)?.events ?? []
  }

  for(instance: string): InstanceRecords {
    const runs = this.#runs
    const hasEnded = (run: Recorded) => run.events.some(isTerminal)
    return {
      async claim({ runId, owner, model }) {
        const run = runs.get(runId)
        if (run && run.owner !== owner) throw runNotFound()
        if (run) return run.instance === instance && !hasEnded(run)
        runs.set(runId, { owner, instance, events: [{ type: 'start', model, runId }] })
        return true
      },
      async end({ runId, events, terminal }) {
        const run = runs.get(runId)
        const earlier = run?.events.find(isTerminal)
        if (earlier) return earlier
        if (run) run.events = mergeEvents([...events, terminal])
        return terminal
      },
      async save({ runId, events }) {
        const run = runs.get(runId)
        if (run && !hasEnded(run)) run.events = events
      },
      async stateOf(owner, runId) {
        const run = runs.get(runId)
        if (run?.owner !== owner) return undefined
        if (hasEnded(run)) return 'ended'
        return run.instance === instance ? 'unstarted' : 'elsewhere'
      },
      async eventsOf(owner, runId) {
        const run = runs.get(runId)
        return run?.owner === owner ? run.events : undefined
      },
      async unended(other) {
        return [...runs].flatMap(([runId, run]) =>
          run.instance === other && !hasEnded(run) ? [{ runId, owner: run.owner }] : [],
        )
      },
    }
  }
}
