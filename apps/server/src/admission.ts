import { addressKey } from './address-key.ts'
import { LimitError, RUN_ENDS_AFTER_MS } from './limits.ts'

export interface AdmissionOptions {
  /** The most unfinished runs in all. */
  readonly maxRuns: number
  /** The most unfinished runs of one owner. */
  readonly maxRunsPerOwner: number
  /** The most unfinished runs that one address may have; an IPv6 address counts by its /64. */
  readonly maxRunsPerIp: number
  /** US dollars that all runs of a day may cost. Default: no limit. */
  readonly dailyUsd?: number | undefined
  /** US dollars that one owner's runs of a day may cost. Default: no limit. */
  readonly dailyUsdPerOwner?: number | undefined
}

interface Start {
  readonly owner: string
  readonly ip: string
  /** US dollars that the run may cost. */
  readonly worstCaseUsd: number
}

/**
 * Whether one more run may start: by the number of unfinished runs and by the budgets of the day.
 *
 * In memory: a restart forgets what was spent. Days are UTC's, and a run counts for the day on which it ends.
 */
export interface Admission {
  /** US dollars spent since 00:00 UTC, by all. */
  readonly spentUsd: number
  /**
   * Admits a run while something is left of the budgets, so that small ones allow a run too. What it costs is known at
   * its end only; until then its worst case is held back from others. So the budgets are overspent by about one run,
   * however many start at once.
   *
   * @returns to be called at the end of the run with its cost in US dollars. Calling it again does nothing.
   * @throws {LimitError} when there are too many unfinished runs, or nothing is left.
   */
  admit(start: Start): (costUsd: number) => void
}

const DAY_MS = 24 * 60 * 60 * 1000

export function createAdmission(options: AdmissionOptions): Admission {
  const { maxRuns, maxRunsPerOwner, maxRunsPerIp } = options
  const { dailyUsd = Infinity, dailyUsdPerOwner = Infinity } = options
  const unfinished = new Set<{ owner: string; address: string; worstCaseUsd: number }>()
  const spentByOwner = new Map<string, number>()
  let spent = 0
  let day = today()

  function startNewDay(): void {
    if (day === today()) return
    day = today()
    spent = 0
    spentByOwner.clear()
  }

  function assertRoom(owner: string, address: string): void {
    const runs = [...unfinished]
    if (runs.filter((run) => run.address === address).length >= maxRunsPerIp) {
      const message = `At most ${maxRunsPerIp} answers at a time to one address; wait for one to end.`
      throw new LimitError(message, RUN_ENDS_AFTER_MS, 'address_runs')
    }
    if (runs.filter((run) => run.owner === owner).length >= maxRunsPerOwner) {
      const message = `At most ${maxRunsPerOwner} answers at a time; wait for one to end.`
      throw new LimitError(message, RUN_ENDS_AFTER_MS, 'too_many_runs')
    }
    if (runs.length >= maxRuns) {
      const message = 'The server is answering as many as it can; try again in a moment.'
      throw new LimitError(message, RUN_ENDS_AFTER_MS, 'too_many_runs')
    }
  }

  function assertBudget(owner: string): void {
    const own = [...unfinished].filter((run) => run.owner === owner)
    assertLeft(dailyUsdPerOwner, spentByOwner.get(owner) ?? 0, own, OWNER_BUDGET)
    assertLeft(dailyUsd, spent, [...unfinished], SERVER_BUDGET)
  }

  return {
    get spentUsd() {
      startNewDay()
      return spent
    },
    admit({ owner, ip, worstCaseUsd }) {
      startNewDay()
      const run = { owner, address: addressKey(ip), worstCaseUsd }
      assertRoom(owner, run.address)
      assertBudget(owner)
      unfinished.add(run)
      return (costUsd) => {
        if (!unfinished.delete(run)) return
        startNewDay()
        spent = plus(spent, costUsd)
        if (dailyUsdPerOwner !== Infinity && costUsd > 0)
          spentByOwner.set(owner, plus(spentByOwner.get(owner) ?? 0, costUsd))
      }
    },
  }
}

const OWNER_BUDGET = { name: 'Your budget', reason: 'owner_budget' } as const
const SERVER_BUDGET = { name: 'The budget of this server', reason: 'server_budget' } as const

function assertLeft(
  limit: number,
  spent: number,
  unfinished: readonly { worstCaseUsd: number }[],
  { name, reason }: typeof OWNER_BUDGET | typeof SERVER_BUDGET,
): void {
  if (spent >= limit) {
    const message = `${name} for today, ${limit} US dollars, is used up. The next day begins at 00:00 UTC.`
    throw new LimitError(message, DAY_MS - (Date.now() % DAY_MS), reason)
  }
  const heldBack = unfinished.reduce((sum, { worstCaseUsd }) => sum + worstCaseUsd, 0)
  if (spent + heldBack < limit) return
  const message = `${name} for today, ${limit} US dollars, may be used up by answers that are being written.`
  throw new LimitError(message, RUN_ENDS_AFTER_MS, reason)
}

/** Costs are whole millionths of a dollar, and so are their sums. */
function plus(usd: number, more: number): number {
  return Math.round((usd + more) * 1_000_000) / 1_000_000
}

function today(): number {
  return Math.floor(Date.now() / DAY_MS)
}
