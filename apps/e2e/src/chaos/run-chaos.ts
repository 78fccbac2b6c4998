import { briefly } from './check-invariants.ts'
import { startTrial, type Trial, type TrialContext } from './run-trial.ts'
import type { RunPlan } from './run-plan.ts'

export interface ChaosOptions {
  readonly plans: readonly RunPlan[]
  /** How many trials run at a time. */
  readonly concurrency: number
  readonly context: TrialContext
  /** Called after each trial, with how many have ended. */
  readonly onTrialEnd?: (ended: number) => void
}

/** Limit of a trial, in ms: two connects in a row into a black hole (45 s each), and a minute for a busy machine. */
const TRIAL_MS = 150_000

/** Runs every plan. @throws when one does not end in time, with its plan and what its tabs show. */
export async function runChaos({ plans, concurrency, context, onTrialEnd }: ChaosOptions): Promise<Trial[]> {
  const trials: Trial[] = []
  const queue = plans.values()

  async function worker() {
    for (const plan of queue) {
      const { result, tabs } = startTrial(plan, context)
      const trial = await within(TRIAL_MS, result, () => {
        const shown = [...tabs].map((tab) => [
          tab.confirmed() ? 'confirmed' : 'unconfirmed',
          briefly(tab.snapshot()),
        ])
        return `no end in ${TRIAL_MS} ms: ${JSON.stringify({ plan, tabs: shown }, null, 1)}`
      })
      trials.push(trial)
      onTrialEnd?.(trials.length)
    }
  }

  await Promise.all(Array.from({ length: concurrency }, worker))
  return trials
}

async function within<T>(ms: number, work: Promise<T>, describe: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(describe())), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
