import { isOver, type RunSnapshot } from '@sluice/web/run-store'
import type { RunPlan } from './run-plan.ts'
import { openTab, type Tab } from './tab.ts'

/** What one tab had shown when it was left, or when its answer was over. */
export interface Sight {
  readonly snapshot: RunSnapshot
  /** How many different ends it showed. */
  readonly ends: number
}

/** Everything that became of one plan, as the page saw it. */
export interface Story {
  readonly plan: RunPlan
  readonly sights: Sight[]
  /** When nobody was there any more, in ms since the epoch. */
  readonly goneAt: number
  /** Whether the server was restarted, or away, at any time in between. */
  readonly restarted: boolean
  /** A tab was left, or shared, before the server had confirmed the run, which may never have heard of it. */
  readonly unconfirmed: boolean
}

export interface Asked {
  readonly story: Promise<Story>
  /** The tabs that are open now. */
  readonly tabs: ReadonlySet<Tab>
}

export interface World {
  /** How often the server has begun to be restarted so far, and how often it is back. */
  readonly restarts: () => { readonly begun: number; readonly done: number }
  /** Takes the network away from everything that is under way for a run. */
  readonly vanish: (runId: string) => void
}

/** Asks one question in a tab of its own, and does what the plan says. */
export function ask(plan: RunPlan, world: World): Asked {
  const tabs = new Set<Tab>()
  return { story: act(plan, world, tabs), tabs }
}

async function act(plan: RunPlan, { restarts, vanish }: World, tabs: Set<Tab>): Promise<Story> {
  const sights: Sight[] = []
  const { done } = restarts()
  let unconfirmed = false
  let tab = open({ prompt: `${plan.name} [[sim ${plan.directive}]]` })

  function open(from: Parameters<typeof openTab>[0]): Tab {
    const opened = openTab(from)
    tabs.add(opened)
    return opened
  }

  function leave(left: Tab) {
    unconfirmed ||= !left.confirmed() && !isOver(left.snapshot())
    left.close()
    tabs.delete(left)
    sights.push({ snapshot: left.snapshot(), ends: left.ends() })
  }

  for (const { at, what } of plan.acts) {
    await tab.reaches(at)
    if (isOver(tab.snapshot())) break
    if (what === 'stop') tab.stop()
    else if (what === 'close') leave(tab)
    else if (what === 'vanish') {
      vanish(tab.keep('nothing').runId)
      leave(tab)
    } else if (what === 'second-tab') open(tab.keep('all'))
    else {
      const kept = tab.keep(what === 'reload' ? 'all' : 'nothing')
      leave(tab)
      tab = open(kept)
    }
    if (tabs.size === 0) break
  }
  await Promise.all([...tabs].map((left) => left.reaches(Number.POSITIVE_INFINITY)))
  for (const left of tabs) leave(left)
  return {
    plan,
    sights,
    goneAt: Date.now(),
    restarted: restarts().begun > done,
    unconfirmed,
  }
}
