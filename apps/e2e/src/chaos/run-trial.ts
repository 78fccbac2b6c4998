import { newId } from '@sluice/client'
import type { RunPlan } from './run-plan.ts'
import { type Decide, openTab, type Tab, type TabSnapshot } from '../page-client/tab.ts'

/** What one tab showed when it was closed, or when its answer ended. */
export interface Observation {
  readonly snapshot: TabSnapshot
  /** Whether the answer had ended. */
  readonly isOver: boolean
  /** How many different terminal states it showed. */
  readonly ends: number
}

/** The result of one plan, as its tabs saw it. */
export interface Trial {
  readonly plan: RunPlan
  readonly conversationId: string
  /** The run that the question started, which is the id of the answer. */
  readonly answerId: string
  readonly observations: Observation[]
  /** When the last tab closed, in ms since the epoch. */
  readonly leftAt: number
  /** Whether the server was restarting at any time meanwhile. */
  readonly restarted: boolean
  /** A tab was closed or duplicated before the server had confirmed the run, so the server may not know it. */
  readonly unconfirmed: boolean
}

export interface RunningTrial {
  readonly result: Promise<Trial>
  /** The tabs that are open now. */
  readonly tabs: ReadonlySet<Tab>
}

export interface TrialContext {
  /** How many restarts of the server have begun so far, and how many are done. */
  readonly restarts: () => { readonly begun: number; readonly done: number }
  /** Cuts all connections of a run off the network. */
  readonly vanish: (runId: string) => void
}

/** Asks one question in a new tab and carries out the plan. */
export function startTrial(plan: RunPlan, context: TrialContext): RunningTrial {
  const tabs = new Set<Tab>()
  return { result: runTrial(plan, context, tabs), tabs }
}

async function runTrial(plan: RunPlan, { restarts, vanish }: TrialContext, tabs: Set<Tab>): Promise<Trial> {
  const observations: Observation[] = []
  const { done } = restarts()
  let unconfirmed = false
  const conversationId = newId()
  const prompt = `${plan.name} [[sim ${plan.directive}]]`
  let tab = open({ conversationId, parentId: null, prompt, drafts: plan.drafts })
  const { firstRunId: answerId } = tab.keep('nothing')

  function open(from: Parameters<typeof openTab>[0]): Tab {
    const opened = openTab(from, DECIDE[plan.decide ?? 'never'])
    tabs.add(opened)
    return opened
  }

  function close(closing: Tab) {
    unconfirmed ||= !closing.confirmed() && !closing.isOver()
    closing.close()
    tabs.delete(closing)
    observations.push({ snapshot: closing.snapshot(), isOver: closing.isOver(), ends: closing.ends() })
  }

  for (const { at, what } of plan.actions) {
    await tab.reaches(at)
    if (tab.isOver()) break
    if (what === 'stop') tab.stop()
    else if (what === 'close') close(tab)
    else if (what === 'vanish') {
      vanish(tab.keep('all').runId)
      close(tab)
    } else if (what === 'second-tab') open(tab.keep('all'))
    else {
      const kept = tab.keep(what === 'reload' ? 'all' : 'nothing')
      close(tab)
      tab = open(kept)
    }
    if (tabs.size === 0) break
  }
  await Promise.all([...tabs].map((remaining) => remaining.reaches(Number.POSITIVE_INFINITY)))
  for (const remaining of tabs) close(remaining)
  return {
    plan,
    conversationId,
    answerId,
    observations,
    leftAt: Date.now(),
    restarted: restarts().begun > done,
    unconfirmed,
  }
}

const DECIDE: Readonly<Record<NonNullable<RunPlan['decide']> | 'never', Decide | undefined>> = {
  'all yes': () => true,
  'some yes': (callId) => callId < '8',
  never: undefined,
}
