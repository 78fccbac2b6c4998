import { isRefusal, newId, type PageClock, retry } from '@sluice/client'
import type { ToolPart } from '@sluice/events'
import type { Message } from '../api.ts'
import { type Refusal, refusalOf } from './refusal.ts'
import type { Turn } from './turn.ts'

/** Whether a call is allowed. `runId`: for the run with which the answer goes on, if no other call waits. */
export interface DecisionInput {
  readonly callId: string
  readonly approve: boolean
  readonly runId: string
}

/** The run with which the answer goes on, or the calls that it still waits for. */
export type DecisionResult = { readonly runId: string } | { readonly waitingFor: readonly string[] }

/** What the user has decided about a call in this page. */
export interface Decision {
  readonly approve: boolean
  /** Why the server has not accepted it, so that the call still waits. */
  readonly refusal?: Refusal
}

/** By the call's id. */
export type Decisions = ReadonlyMap<string, Decision>

const NO_DECISIONS: Decisions = new Map()

/** Decides about the calls of a conversation's answers. The first decision about a call is the one that counts. */
export function createDecider(options: {
  decide: (input: DecisionInput) => Promise<DecisionResult>
  clock: PageClock
  /** Something has changed in what `decisionsOf` returns. */
  onDecision: () => void
  /** The answer goes on with this run. */
  onNextRun: (answerId: string, runId: string) => void
  /** The server has another decision, or the call does not wait any more. */
  onConflict: () => void
}) {
  const { decide, clock, onDecision, onNextRun, onConflict } = options
  const byAnswer = new Map<string, Decisions>()
  // A repeated decision has the run of the first one, so that the answer goes on only once.
  const runIds = new Map<string, string>()

  function set(answerId: string, callId: string, decision: Decision | undefined) {
    const decisions = new Map(byAnswer.get(answerId))
    if (decision) decisions.set(callId, decision)
    else decisions.delete(callId)
    byAnswer.set(answerId, decisions)
    onDecision()
  }

  return {
    decisionsOf: (answerId: string): Decisions => byAnswer.get(answerId) ?? NO_DECISIONS,

    async decide(answerId: string, callId: string, approve: boolean): Promise<void> {
      const known = byAnswer.get(answerId)?.get(callId)
      if (known && !known.refusal) return
      const runId = runIds.get(callId) ?? newId()
      runIds.set(callId, runId)
      set(answerId, callId, { approve })
      try {
        const result = await retry(() => decide({ callId, approve, runId }), { clock })
        if ('runId' in result) onNextRun(answerId, result.runId)
      } catch (error) {
        if (isRefusal(error) && error.data?.code === 'CONFLICT') {
          set(answerId, callId, undefined)
          onConflict()
        } else set(answerId, callId, { approve, refusal: isRefusal(error) ? refusalOf(error) : UNREACHABLE })
      }
    },
  }
}

const UNREACHABLE = { message: 'The server cannot be reached.', retryAt: undefined }

/** Whether the user has allowed a call of the answer; undefined without a decision. */
export function isAllowed({ step, decisions }: Pick<Turn, 'step' | 'decisions'>, callId: string) {
  const decision = decisions.get(callId)
  if (decision && !decision.refusal) return decision.approve
  return decidedOf(step.answer).find((one) => one.callId === callId)?.approved
}

function decidedOf({ runs }: Extract<Message, { role: 'assistant' }>) {
  return runs.flatMap(({ decided }) => decided)
}

/** The calls that wait for the user. A question that follows the answer declines them. */
export function openCalls(turn: Turn, isLast: boolean): ToolPart[] {
  const { view } = turn.run.getSnapshot()
  if (!isLast || view.stopReason !== 'approval') return []
  return view.parts.filter(
    (part): part is ToolPart =>
      part.type === 'tool' && part.state === 'waiting' && isAllowed(turn, part.callId) === undefined,
  )
}

/** Whether the answer ended only for the user's decisions: it goes on once the server has all of them. */
export function isHeld(turn: Turn, isLast: boolean): boolean {
  return openCalls(turn, isLast).length > 0 || (isLast && isGoingOn(turn))
}

/** Whether the user has decided about all calls of the last answer, and the server has not said yet how it goes on. */
export function isGoingOn(turn: Turn): boolean {
  const { view } = turn.run.getSnapshot()
  return view.stopReason === 'approval' && turn.decisions.size > 0 && openCalls(turn, true).length === 0
}
