import { DECLINED } from '@sluice/claude'
import { type AskedCall, decideToolCall, type Decision, readAskedCall } from '@sluice/db'
import { TRPCError } from '@trpc/server'
import { continueAnswer } from './continue-answer.ts'
import type { Context } from './context.ts'
import { storedTerminal } from './stored-events.ts'

export interface CallToDecide {
  readonly callId: string
  readonly approve: boolean
  /** A UUID that the client chose, of the run that goes on if this is the last decision. */
  readonly runId: string
}

/**
 * Records what a person decided about a call that waits for that. The last decision of an answer starts the run that goes
 * on; if the start is refused, the decision is not made. The same decision again gives the first result, and starts the
 * run if that was missed.
 *
 * @throws {TRPCError} `NOT_FOUND`; `CONFLICT` for another decision than the first, for a call that does not wait, or when
 * the conversation has gone on; and what `startRun` throws.
 */
export async function decide(context: Context, call: CallToDecide): Promise<Decision> {
  const asked = await readWaiting(context, call)
  // Of an earlier call of this function, whose response was lost.
  if (asked.decision !== null) return resultOf(context, asked, call)
  const isLast = asked.open.length === 1
  if (isLast || !(await record(context, call))) await goOn(context, asked, call)
  return resultOf(context, await readWaiting(context, call), call)
}

/** @throws {TRPCError} */
async function readWaiting({ owner, database }: Context, { callId }: CallToDecide): Promise<AskedCall> {
  const asked = await database.query((db) => readAskedCall(db, owner, callId))
  if (!asked) throw new TRPCError({ code: 'NOT_FOUND', message: 'There is no such call.' })
  if (asked.end === null) throw conflict('The answer is still being written.')
  const end = storedTerminal(asked.end)
  const waited = asked.asks && end.type === 'done' && end.stopReason === 'approval'
  if (!waited) throw conflict('The call does not wait for a decision.')
  if (asked.approved !== null && asked.decision === null) {
    throw conflict('The conversation has gone on without this decision.')
  }
  return asked
}

/** @returns false when it is the last decision, or the call was decided meanwhile. */
async function record({ owner, database }: Context, { callId, approve }: CallToDecide): Promise<boolean> {
  const denial = JSON.stringify(DECLINED)
  return database.query((db) =>
    db.transaction((tx) => decideToolCall(tx, { owner, callId, approved: approve, denial })),
  )
}

/** Starts the run that goes on, with the last decision. Does nothing when the call was decided meanwhile. */
async function goOn(context: Context, asked: AskedCall, decided: CallToDecide): Promise<void> {
  const { owner } = context
  const { callId, approve: approved, runId } = decided
  const denial = JSON.stringify(DECLINED)
  let decidedMeanwhile = false
  try {
    await continueAnswer(context, {
      asked,
      decided,
      record: async (tx) => {
        if (await decideToolCall(tx, { owner, callId, approved, denial, nextRunId: runId })) return
        decidedMeanwhile = true
        throw conflict('The call was decided meanwhile.')
      },
    })
  } catch (error) {
    if (!decidedMeanwhile) throw error
  }
}

/** @throws {TRPCError} `CONFLICT`. */
async function resultOf(context: Context, asked: AskedCall, decided: CallToDecide): Promise<Decision> {
  const { approved, decision } = asked
  if (decision === null) throw conflict('The run id was used for another run.')
  if (approved !== decided.approve) {
    throw conflict(`The call was ${approved ? 'allowed' : 'denied'} before.`)
  }
  if ('runId' in decision && !(await context.runs.has(context.owner, decision.runId))) {
    // It was claimed, but this process did not hear of that.
    await continueAnswer(context, { asked, decided: { ...decided, runId: decision.runId } })
  }
  return decision
}

function conflict(message: string): TRPCError {
  return new TRPCError({ code: 'CONFLICT', message })
}
