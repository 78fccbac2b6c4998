import { addressKey } from './address-key.ts'
import { LimitError, RUN_ENDS_AFTER_MS } from './limits.ts'

export interface AdmissionOptions {
  /** Limit of unfinished runs in all. */
  readonly maxRuns: number
  /** Limit of unfinished runs per owner. */
  readonly maxRunsPerOwner: number
  /** Limit of unfinished runs per address. An IPv6 address counts by its /64. */
  readonly maxRunsPerIp: number
}

/** Decides whether this process may start one more run, by the number of its unfinished ones. */
export interface Admission {
  /**
   * Counts a run as unfinished.
   *
   * @returns a function to call when it has ended. Calling it again does nothing.
   * @throws {LimitError} when there are too many unfinished runs.
   */
  admit(start: { readonly owner: string; readonly ip: string }): () => void
}

export function createAdmission({ maxRuns, maxRunsPerOwner, maxRunsPerIp }: AdmissionOptions): Admission {
  const unfinished = new Set<{ owner: string; address: string }>()
  return {
    admit({ owner, ip }) {
      const address = addressKey(ip)
      const runs = [...unfinished]
      if (runs.filter((run) => run.address === address).length >= maxRunsPerIp) {
        const message = `At most ${maxRunsPerIp} answers at a time for one address; wait for one to end.`
        throw new LimitError(message, RUN_ENDS_AFTER_MS, 'address_runs')
      }
      if (runs.filter((run) => run.owner === owner).length >= maxRunsPerOwner) {
        const message = `At most ${maxRunsPerOwner} answers at a time; wait for one to end.`
        throw new LimitError(message, RUN_ENDS_AFTER_MS, 'too_many_runs')
      }
      if (runs.length >= maxRuns) {
        const message = 'The server is writing as many answers as it can; try again in a moment.'
        throw new LimitError(message, RUN_ENDS_AFTER_MS, 'too_many_runs')
      }
      const run = { owner, address }
      unfinished.add(run)
      return () => void unfinished.delete(run)
    },
  }
}
