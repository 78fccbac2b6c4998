import { and, asc, eq, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { visibleTo } from './conversations.ts'
import type { Db } from './db.ts'
import { conversation, message, run, step } from './schema.ts'

export interface StoredQuestion {
  readonly id: string
  readonly conversationId: string
  /** The answer that it follows; null for a first question. */
  readonly parentId: string | null
  /** JSON text. */
  readonly content: string
}

export interface NewQuestion extends StoredQuestion {
  readonly owner: string
  /** Of the conversation, if the question begins one. */
  readonly title: string
  /** Its text, for the search. Without NUL, which Postgres refuses. */
  readonly words: string
}

/**
 * Adds a question, and creates its conversation where that id is new and it is a first question.
 *
 * @returns false, and the transaction has to be rolled back, when the conversation is another owner's or removed.
 */
export async function addQuestion(tx: Db, { owner, title, ...question }: NewQuestion): Promise<boolean> {
  const { conversationId: id, parentId } = question
  // A question that follows an answer must not make the conversation anew that was deleted a moment ago.
  const isThere =
    parentId === null ? await addConversation(tx, { id, owner, title }) : await touch(tx, owner, id)
  if (!isThere) return false
  await tx.insert(message).values({ ...question, role: 'user' })
  return true
}

/** @returns false when there is one that is another owner's or removed. */
async function addConversation(
  tx: Db,
  { owner, ...row }: { id: string; owner: string; title: string },
): Promise<boolean> {
  const made = await tx
    .insert(conversation)
    .values({ ...row, owner })
    .onConflictDoUpdate({
      target: conversation.id,
      set: { updatedAt: sql`now()` },
      setWhere: visibleTo(owner),
    })
    .returning({ id: conversation.id })
  return made.length > 0
}

/** Records that something is asked in a conversation. @returns whether the owner can see it. */
export async function touch(tx: Db, owner: string, id: string): Promise<boolean> {
  const touched = await tx
    .update(conversation)
    .set({ updatedAt: sql`now()` })
    .where(and(eq(conversation.id, id), visibleTo(owner)))
    .returning({ id: conversation.id })
  return touched.length > 0
}

/**
 * Adds an answer to a question. Its id is that of its first run.
 *
 * @returns false, and the transaction has to be rolled back, when the owner cannot see the question, or when another
 * message has the id.
 */
export async function addAnswer(
  tx: Db,
  owner: string,
  { id, parentId }: { id: string; parentId: string },
): Promise<boolean> {
  const question = await readQuestion(tx, owner, parentId)
  if (!question) return false
  const { conversationId } = question
  if (!(await touch(tx, owner, conversationId))) return false
  const added = await tx
    .insert(message)
    .values({ id, conversationId, parentId, role: 'assistant' })
    .onConflictDoNothing()
    .returning({ id: message.id })
  return added.length > 0
}

/** Undefined when there is none, its conversation is removed, or it is another owner's. */
export async function readQuestion(db: Db, owner: string, id: string): Promise<StoredQuestion | undefined> {
  const [found] = await db
    .select(QUESTION)
    .from(message)
    .innerJoin(conversation, eq(conversation.id, message.conversationId))
    .where(and(eq(message.id, id), eq(message.role, 'user'), visibleTo(owner)))
  return found
}

/** The question that a run of this owner answers. Undefined for a run without a conversation too. */
export async function readQuestionOf(
  db: Db,
  owner: string,
  runId: string,
): Promise<StoredQuestion | undefined> {
  const answer = alias(message, 'answer')
  const [found] = await db
    .select(QUESTION)
    .from(run)
    .innerJoin(answer, eq(answer.id, run.answerId))
    .innerJoin(message, eq(message.id, answer.parentId))
    .where(and(eq(run.id, runId), eq(run.owner, owner)))
  return found
}

export interface AnswerState {
  readonly conversationId: string
  /** Whether a run of it has not ended. */
  readonly unfinished: boolean
  /** How many of the oldest messages before it were not sent for it. */
  readonly leftOut: number
}

/** Undefined when there is none, its conversation is removed, or it is another owner's. */
export async function readAnswerState(db: Db, owner: string, id: string): Promise<AnswerState | undefined> {
  const [found] = await db
    .select({
      conversationId: message.conversationId,
      unfinished: sql<boolean>`bool_or(${run.end} is null)`,
      leftOut: sql<number>`max(${run.leftOut})`,
    })
    .from(message)
    .innerJoin(conversation, eq(conversation.id, message.conversationId))
    .innerJoin(run, eq(run.answerId, message.id))
    .where(and(eq(message.id, id), eq(message.role, 'assistant'), visibleTo(owner)))
    .groupBy(message.id)
  return found
}

/** A row for each call to Claude; one for a question, and for a run without any. */
export interface PathRow {
  readonly messageId: string
  /** The run that wrote it, and the number of the call to Claude in that; null for a question. */
  readonly runId: string | null
  readonly step: number | null
  /** JSON text: what was asked; null for an answer. */
  readonly content: string | null
  readonly model: string | null
  readonly system: string | null
  /** JSON text: the tools that it could call. */
  readonly tools: string | null
  /** JSON text: the terminal event. */
  readonly end: string | null
  /** JSON text: the blocks as Claude sent them. */
  readonly blocks: string | null
  /** JSON text: the events of a run that has no blocks. */
  readonly log: string | null
}

/** The messages from the first one of a conversation down to this one, without the `skip` oldest. */
export async function readPath(db: Db, { to, skip = 0 }: { to: string; skip?: number }): Promise<PathRow[]> {
  const path = sql`(
    with recursive path (id, parent_id, above) as (
      select id, parent_id, 0 from message where id = ${to}
      union all
      select message.id, message.parent_id, above + 1 from path join message on message.id = path.parent_id
    )
    select id, above, count(*) over () as total from path
  ) as path`
  return db
    .select({
      messageId: message.id,
      content: message.content,
      runId: run.id,
      step: step.number,
      model: run.model,
      system: run.system,
      tools: run.tools,
      end: run.end,
      blocks: step.content,
      log: sql<string | null>`case when ${step.runId} is null then ${run.log} end`,
    })
    .from(path)
    .innerJoin(message, sql`${message.id} = path.id`)
    .leftJoin(run, eq(run.answerId, message.id))
    .leftJoin(step, eq(step.runId, run.id))
    .where(sql`path.above < path.total - ${skip}::int`)
    .orderBy(sql`path.above desc`, asc(run.startedAt), asc(step.number))
}

export interface StoredMessage {
  readonly id: string
  readonly parentId: string | null
  /** JSON text: what was asked; null for an answer. */
  readonly content: string | null
  readonly createdAt: Date
}

/** All messages of a conversation, parents before their children. */
export async function readMessages(db: Db, conversationId: string): Promise<StoredMessage[]> {
  return db
    .select({
      id: message.id,
      parentId: message.parentId,
      content: message.content,
      createdAt: message.createdAt,
    })
    .from(message)
    .where(eq(message.conversationId, conversationId))
    .orderBy(asc(message.createdAt), asc(message.id))
}

/** Bytes of all that was asked and answered in a conversation, as {@link readMessages} and {@link readAnswerRuns} read it. */
export async function readConversationBytes(db: Db, conversationId: string): Promise<number> {
  const bytes = sql`coalesce(octet_length(${message.content}), 0) + coalesce(octet_length(${run.log}), 0)`
  const [sum] = await db
    .select({ bytes: sql`coalesce(sum(${bytes}), 0)`.mapWith(Number) })
    .from(message)
    .leftJoin(run, eq(run.answerId, message.id))
    .where(eq(message.conversationId, conversationId))
  return sum?.bytes ?? 0
}

export interface StoredAnswerRun {
  readonly id: string
  readonly answerId: string
  readonly model: string
  readonly startedAt: Date
  readonly endedAt: Date | null
  /** JSON text: the events without the terminal one. */
  readonly log: string
  /** JSON text: the terminal event; null until the run has ended. */
  readonly end: string | null
  readonly leftOut: number
}

/** All runs of a conversation, in the order in which they were started. */
export async function readAnswerRuns(db: Db, conversationId: string): Promise<StoredAnswerRun[]> {
  return db
    .select({
      id: run.id,
      answerId: message.id,
      model: run.model,
      startedAt: run.startedAt,
      endedAt: run.endedAt,
      // It is deleted with its conversation only.
      log: sql<string>`${run.log}`,
      end: run.end,
      leftOut: run.leftOut,
    })
    .from(run)
    .innerJoin(message, eq(message.id, run.answerId))
    .where(eq(message.conversationId, conversationId))
    .orderBy(asc(run.startedAt))
}

const QUESTION = {
  id: message.id,
  conversationId: message.conversationId,
  parentId: message.parentId,
  content: sql<string>`${message.content}`,
}
