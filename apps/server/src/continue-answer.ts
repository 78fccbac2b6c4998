import { type ClaudeRequest, continuedMessages, type DecidedCall } from '@sluice/claude'
import { type AskedCall, type Db, readPath, readToolCalls, type StoredToolCall } from '@sluice/db'
import { requireRoom } from './ask.ts'
import type { Context } from './context.ts'
import { RunSettingsSchema, startRun } from './start-run.ts'
import { storedTurns } from './stored-turns.ts'
import { resultOf } from './tool-results.ts'

interface Continuation {
  /** A call of the run that waited. */
  readonly asked: AskedCall
  /** The last decision, and the run that goes on. */
  readonly decided: { readonly callId: string; readonly approve: boolean; readonly runId: string }
  /** Called in the transaction that claims the run. Default: it was claimed before. */
  readonly record?: ((tx: Db) => Promise<void>) | undefined
}

/**
 * Starts the run with which an answer goes on after the last decision: with the model, system prompt, tools and settings
 * of the run that waited, and with all that Claude said, as it said it.
 *
 * @throws {TRPCError} `PAYLOAD_TOO_LARGE`; what {@link startRun} throws.
 */
export async function continueAnswer(
  context: Context,
  { asked, decided, record }: Continuation,
): Promise<void> {
  const { records, allowedOnDisconnect } = context
  const { answerId } = asked
  const { runId } = decided
  const { request, resume, onDisconnect, leftOut } = await readRequest(context, asked, decided)
  let recorded = record === undefined
  await startRun(context, {
    runId,
    request,
    resume,
    onDisconnect: onDisconnect && allowedOnDisconnect.includes(onDisconnect) ? onDisconnect : undefined,
    claim: async (run) => {
      const isOurs = await records.claim({ ...run, answerId, leftOut }, async (tx) => {
        await record?.(tx)
        await requireRoom(tx, asked.conversationId)
        recorded = true
      })
      // Otherwise it is another run, which was claimed but not started.
      return isOurs && recorded
    },
  })
}

async function readRequest({ database }: Context, asked: AskedCall, decided: Continuation['decided']) {
  const { leftOut, settings } = asked
  const { maxTokens, effort, onDisconnect } = RunSettingsSchema.parse(JSON.parse(settings ?? '{}'))
  return database.query(async (db) => {
    const path = await readPath(db, { to: asked.answerId, skip: leftOut })
    // Without a run that goes on already: see `Continuation.record`.
    const ended = path.filter(({ content, end }) => content !== null || end !== null)
    const calls = await readToolCalls(db, asked.conversationId)
    const turns = storedTurns(ended, calls)
    const answer = turns.pop()
    if (!answer) throw new Error(`The run ${asked.runId} has not ended.`)
    const { model, system, tools } = answer
    const request: ClaudeRequest = {
      model,
      system,
      tools: tools === undefined ? undefined : JSON.parse(tools),
      messages: continuedMessages(turns, answer, { model, system, tools, leftOut }),
      maxTokens,
      effort,
    }
    return { request, resume: toResume(calls, asked, decided), onDisconnect, leftOut }
  })
}

/** The calls of the step after which the run waited. */
function toResume(
  calls: readonly StoredToolCall[],
  { runId }: AskedCall,
  { callId, approve }: Continuation['decided'],
): DecidedCall[] {
  const ofRun = calls.filter((call) => call.runId === runId)
  const last = ofRun.at(-1)?.step
  return ofRun
    .filter(({ step }) => step === last)
    .map((call) => {
      const { id, toolUseId, name, asks } = call
      const isKnown = !asks && (call.ok !== null || call.startedAt !== null)
      return {
        callId: id,
        toolUseId,
        name,
        input: JSON.parse(call.input),
        approved: asks ? (id === callId ? approve : call.approved === true) : undefined,
        result: isKnown ? resultOf(call) : undefined,
      }
    })
}
