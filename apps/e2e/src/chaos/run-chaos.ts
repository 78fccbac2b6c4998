import { ask, type Story, type World } from './run-trial.ts'
import type { RunPlan } from './run-plan.ts'

export interface StormOptions {
  readonly plans: readonly RunPlan[]
  /** How many are under way at a time. */
  readonly lanes: number
  readonly world: World
  /** Called after each run, with how many are over. */
  readonly onOver?: (over: number) => void
}

/** Long enough for two connects that fall into a hole, one after the other, on a busy machine. */
const RUN_MS = 100_000

/** Asks every question, so many at a time. @throws for a run without an end, with its plan and what its tabs show. */
export async function storm({ plans, lanes, world, onOver }: StormOptions): Promise<Story[]> {
  const stories: Story[] = []
  const queue = plans.values()

  async function lane() {
    for (const plan of queue) {
      const { story, tabs } = ask(plan, world)
      const told = await within(RUN_MS, story, () => {
        const shown = [...tabs].map((tab) => [
          tab.confirmed() ? 'confirmed' : 'unconfirmed',
          briefly(tab.snapshot()),
        ])
        return `no end in ${RUN_MS} ms: ${JSON.stringify({ plan, tabs: shown }, null, 1)}`
      })
      stories.push(told)
      onOver?.(stories.length)
    }
  }

  await Promise.all(Array.from({ length: lanes }, lane))
  return stories
}

type Snapshot = Story['sights'][number]['snapshot']

/** A snapshot without the text, for people to read. */
export function briefly(snapshot: Snapshot): object {
  const { view, connection, failure, gaps, reconnects, acked } = snapshot
  const { status, position, stopReason, error } = view
  return { status, position, acked, stopReason, error, failure, connection, gaps, reconnects }
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
