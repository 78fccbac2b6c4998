import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm'
import { visibleTo } from './conversations.ts'
import type { Db } from './db.ts'
import { touch } from './messages.ts'
import { addSteps, type Step } from './runs.ts'
import { conversation, message, run, toolCall } from './schema.ts'

export interface NewToolCall {
  /** A UUID of ours. */
  readonly id: string
  /** Claude's id of it. Without NUL, which Postgres refuses, as `name`. */
  readonly toolUseId: string
  readonly name: string
  /** JSON text of a string: what Claude wrote. */
  readonly input: string
  /** Whether it waits for a person to allow it. */
  readonly asks: boolean
}

export interface StoredToolCall extends NewToolCall {
  readonly runId: string
  /** The number of the call to Claude that made it, from 0. */
  readonly step: number
  /** Null until that is decided, and where nobody is asked. */
  readonly approved: boolean | null
  readonly startedAt: Date | null
  /** Null without a result, as `output`. */
  readonly ok: boolean | null
  /** JSON text of a string. */
  readonly output: string | null
}

export interface StoredToolResult {
  readonly ok: boolean
  /** JSON text of a string. */
  readonly output: string
}

/** What was answered to a decision: the run that goes on, or the calls that were not decided yet. */
export type Decision = { readonly runId: string } | { readonly waitingFor: readonly string[] }

/**
 * Stores a call to Claude with the calls of tools that it made, and all that the run has written so far, in one
 * transaction.
 *
 * @returns false, and nothing is stored, once the run has ended, or when the step is stored already.
 */
export async function saveStep(
  db: Db,
  runId: string,
  { step, calls, log }: { step: Step; calls: readonly NewToolCall[]; log: string },
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const saved = await tx
      .update(run)
      .set({ log })
      .where(and(eq(run.id, runId), isNull(run.end)))
      .returning({ id: run.id })
    if (saved.length === 0) return false
    const [number] = await addSteps(tx, runId, [step])
    if (number === undefined) return false
    const rows = calls.map((call, position) => ({ ...call, runId, step: number, position }))
    if (rows.length > 0) await tx.insert(toolCall).values(rows)
    return true
  })
}

/**
 * Records that a run begins to execute a call, which may be one of an earlier run of its answer. Of any number of calls
 * of this function for one call, one succeeds.
 *
 * @returns the owner of the run; undefined when the call must not be executed: it has begun before, was not allowed, or
 * the run has ended.
 */
export async function startToolCall(
  db: Db,
  { callId, runId }: { callId: string; runId: string },
): Promise<string | undefined> {
  // Locked, so that the run does not end as a dead one meanwhile.
  const live = db.$with('live').as(
    db
      .select({ owner: run.owner })
      .from(run)
      .where(and(eq(run.id, runId), isNull(run.end)))
      .for('share'),
  )
  const [started] = await db
    .with(live)
    .update(toolCall)
    .set({ startedAt: sql`now()` })
    .from(live)
    .where(
      and(
        eq(toolCall.id, callId),
        isNull(toolCall.startedAt),
        isNull(toolCall.endedAt),
        sql`(not ${toolCall.asks} or ${toolCall.approved})`,
      ),
    )
    .returning({ owner: sql<string>`live.owner` })
  return started?.owner
}

/** Stores the result of a call. The first one stays. */
export async function endToolCall(db: Db, callId: string, result: StoredToolResult): Promise<void> {
  await db
    .update(toolCall)
    .set({ ...result, endedAt: sql`now()` })
    .where(and(eq(toolCall.id, callId), isNull(toolCall.endedAt)))
}

/**
 * All calls of a conversation, each run's in the order in which Claude made them. None `asks` of a run that ended before
 * it could wait.
 */
export async function readToolCalls(db: Db, conversationId: string): Promise<StoredToolCall[]> {
  const found = await db
    .select({ ...STORED, end: run.end })
    .from(toolCall)
    .innerJoin(run, eq(run.id, toolCall.runId))
    .innerJoin(message, eq(message.id, run.answerId))
    .where(eq(message.conversationId, conversationId))
    .orderBy(asc(toolCall.runId), asc(toolCall.step), asc(toolCall.position))
  return found.map(storedCallOf)
}

function storedCallOf({ end, ...call }: StoredToolCall & { end: string | null }): StoredToolCall {
  return { ...call, asks: call.asks && (end === null || waits(end)) }
}

export interface AskedCall {
  readonly runId: string
  readonly answerId: string
  readonly conversationId: string
  /** Whether the run waits for a decision about this call, or waited for it. */
  readonly asks: boolean
  /** JSON text: the terminal event of the run; null until it has ended. */
  readonly end: string | null
  /** JSON text: see `RunClaim`. */
  readonly settings: string | null
  readonly leftOut: number
  readonly approved: boolean | null
  /** Null until it was decided, and when the conversation went on without a decision. */
  readonly decision: Decision | null
  /** The calls of the same run that are not decided. */
  readonly open: readonly string[]
}

/** Undefined when there is none, its conversation is removed, or it is another owner's. */
export async function readAskedCall(db: Db, owner: string, id: string): Promise<AskedCall | undefined> {
  const [found] = await db
    .select({
      runId: run.id,
      answerId: message.id,
      conversationId: message.conversationId,
      asks: toolCall.asks,
      end: run.end,
      settings: run.settings,
      leftOut: run.leftOut,
      approved: toolCall.approved,
      decision: toolCall.decision,
    })
    .from(toolCall)
    .innerJoin(run, eq(run.id, toolCall.runId))
    .innerJoin(message, eq(message.id, run.answerId))
    .innerJoin(conversation, eq(conversation.id, message.conversationId))
    .where(and(eq(toolCall.id, id), eq(run.owner, owner), visibleTo(owner)))
  if (!found) return undefined
  const calls = await db
    .select({ id: toolCall.id })
    .from(toolCall)
    .where(and(eq(toolCall.runId, found.runId), IS_OPEN))
    .orderBy(asc(toolCall.step), asc(toolCall.position))
  const decision: Decision | null = found.decision === null ? null : JSON.parse(found.decision)
  return { ...found, decision, open: calls.map((call) => call.id) }
}

export interface CallDecision {
  readonly owner: string
  readonly callId: string
  readonly approved: boolean
  /** What Claude is told of a call that is not allowed. JSON text of a string. */
  readonly denial: string
  /** For the last open call of a run: the run that goes on, which the same transaction claims. */
  readonly nextRunId?: string | undefined
}

/**
 * Records what a person decided about a call, and uses its conversation. Decisions about the calls of one run wait for
 * each other.
 *
 * @returns false, and the transaction has to be rolled back, when the call is not open or not there, or when only one of
 * these is true: it is the last open call of its run, and there is a `nextRunId`.
 */
export async function decideToolCall(tx: Db, decided: CallDecision): Promise<boolean> {
  const { owner, callId, approved, denial, nextRunId } = decided
  const ofCall = tx.select({ id: toolCall.runId }).from(toolCall).where(eq(toolCall.id, callId))
  // Before the conversation: see `lockRuns`.
  await tx.select({ id: run.id }).from(run).where(inArray(run.id, ofCall)).for('update')
  const asked = await readAskedCall(tx, owner, callId)
  if (!asked?.open.includes(callId)) return false
  const waitingFor = asked.open.filter((id) => id !== callId)
  if ((waitingFor.length === 0) !== (nextRunId !== undefined)) return false
  if (!(await touch(tx, owner, asked.conversationId))) return false
  const decision: Decision = nextRunId === undefined ? { waitingFor } : { runId: nextRunId }
  await tx
    .update(toolCall)
    .set({
      approved,
      decidedAt: sql`now()`,
      decision: JSON.stringify(decision),
      ...(!approved && { ok: false, output: denial, endedAt: sql`now()` }),
    })
    .where(eq(toolCall.id, callId))
  return true
}

/**
 * Denies the open calls of an answer, because the conversation goes on without a decision about them.
 *
 * @param denial what Claude is told of them. JSON text of a string.
 * @returns false, and the transaction has to be rolled back, when a decision was the last one meanwhile, so that the
 * answer is being written again.
 */
export async function declineToolCalls(
  tx: Db,
  { answerId, denial }: { answerId: string; denial: string },
): Promise<boolean> {
  const ofAnswer = eq(run.answerId, answerId)
  const runs = await tx
    .select({ id: run.id, end: run.end })
    .from(run)
    .where(ofAnswer)
    .orderBy(asc(run.id))
    .for('update')
  const ids = runs.flatMap(({ id, end }) => (end !== null && waits(end) ? [id] : []))
  // A decision that this has waited for may have added a run.
  const [unfinished] = await tx
    .select({ id: run.id })
    .from(run)
    .where(and(ofAnswer, isNull(run.end)))
    .limit(1)
  if (unfinished) return false
  await tx
    .update(toolCall)
    .set({
      approved: false,
      decidedAt: sql`now()`,
      ok: false,
      output: denial,
      endedAt: sql`now()`,
    })
    .where(and(inArray(toolCall.runId, ids), IS_OPEN))
  return true
}

/** Whether a run has ended to wait for decisions. @param end JSON text: its terminal event. */
function waits(end: string): boolean {
  return JSON.parse(end).stopReason === 'approval'
}

const IS_OPEN = and(toolCall.asks, isNull(toolCall.approved))

const STORED = {
  id: toolCall.id,
  runId: toolCall.runId,
  step: toolCall.step,
  toolUseId: toolCall.toolUseId,
  name: toolCall.name,
  input: toolCall.input,
  asks: toolCall.asks,
  approved: toolCall.approved,
  startedAt: toolCall.startedAt,
  ok: toolCall.ok,
  output: toolCall.output,
}
