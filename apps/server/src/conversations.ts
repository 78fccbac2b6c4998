import {
  hideConversation,
  listConversations,
  readAnswerRuns,
  readConversation,
  readMessages,
  readToolCalls,
  renameConversation,
  restoreConversation,
  searchConversations,
  type StoredAnswerRun,
  type StoredConversation,
  type StoredMessage,
} from '@sluice/db'
import { RunsError } from '@sluice/runs'
import { TRPCError } from '@trpc/server'
import type { Context } from './context.ts'
import type {
  AnswerRun,
  Conversation,
  ConversationPage,
  ConversationSummary,
  FoundConversation,
  Message,
} from './conversation.ts'
import { cutPage, type PageOptions } from './paging.ts'
import { withStoredCalls } from './stored-calls.ts'
import { storedEvents } from './stored-events.ts'

/** How long a removed conversation can be restored, in seconds. After that it is deleted. */
export const RESTORE_WITHIN_S = 600

/** The owner's conversations, the one that was used last first. */
export async function listPage(
  { owner, database }: Context,
  { cursor, limit }: PageOptions,
): Promise<ConversationPage<ConversationSummary>> {
  const page = { after: cursor, limit: limit + 1 }
  return pageOf(await database.query((db) => listConversations(db, owner, page)), limit, summaryOf)
}

/** As {@link listPage}, those with these words in their title or in a message. */
export async function searchPage(
  { owner, database }: Context,
  { words, cursor, limit }: PageOptions & { readonly words: string },
): Promise<ConversationPage<FoundConversation>> {
  const page = { words, after: cursor, limit: limit + 1 }
  const found = await database.query((db) => searchConversations(db, owner, page))
  return pageOf(found, limit, ({ excerpt, ...conversation }) => ({ ...summaryOf(conversation), excerpt }))
}

/** @throws {TRPCError} `NOT_FOUND`. */
export async function getConversation(
  { owner, database }: Pick<Context, 'owner' | 'database'>,
  id: string,
): Promise<Conversation> {
  return database.query(async (db) => {
    const conversation = await readConversation(db, owner, id)
    if (!conversation) throw notFound()
    const messages = await readMessages(db, id)
    // Before the runs: a decision meanwhile would look as if no run had followed it.
    const calls = await readToolCalls(db, id)
    const runs = new Map<string, Omit<AnswerRun, 'decided'>[]>()
    for (const run of await readAnswerRuns(db, id))
      runs.set(run.answerId, [...(runs.get(run.answerId) ?? []), answerRunOf(run)])
    return {
      ...summaryOf(conversation),
      messages: messages.map((message) =>
        messageOf(message, withStoredCalls(runs.get(message.id) ?? [], calls)),
      ),
    }
  })
}

/** @throws {TRPCError} `NOT_FOUND`. */
export async function rename({ owner, database }: Context, id: string, title: string): Promise<void> {
  if (!(await database.query((db) => renameConversation(db, owner, { id, title })))) throw notFound()
}

/**
 * Hides a conversation, and stops its answers.
 *
 * @throws {TRPCError} `NOT_FOUND`.
 */
export async function remove({ owner, database, runs }: Context, id: string): Promise<void> {
  const unfinished = await database.query((db) => hideConversation(db, owner, id))
  if (!unfinished) throw notFound()
  await Promise.all(unfinished.map((runId) => runs.stop(owner, runId).catch(ignoreElsewhere)))
}

/** @throws {TRPCError} `NOT_FOUND`, also when it was removed too long ago. */
export async function restore({ owner, database }: Context, id: string): Promise<void> {
  const found = await database.query((db) =>
    restoreConversation(db, owner, { id, withinS: RESTORE_WITHIN_S }),
  )
  if (!found) throw notFound()
}

/** A run that another process writes cannot be stopped from here; without its readers it ends soon. */
function ignoreElsewhere(error: unknown): void {
  if (!(error instanceof RunsError && error.code === 'unavailable')) throw error
}

/** @param found see {@link cutPage}. */
function pageOf<T extends StoredConversation, R extends ConversationSummary>(
  found: readonly T[],
  limit: number,
  toResult: (conversation: T) => R,
): ConversationPage<R> {
  const { page, nextCursor } = cutPage(found, limit)
  return { conversations: page.map(toResult), nextCursor }
}

function summaryOf({ id, title, createdAt, updatedAt }: StoredConversation): ConversationSummary {
  return {
    conversationId: id,
    title,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }
}

function messageOf(message: StoredMessage, runs: readonly AnswerRun[]): Message {
  const { id: messageId, parentId, content } = message
  const createdAt = message.createdAt.toISOString()
  if (content !== null) return { messageId, role: 'user', parentId, createdAt, content: JSON.parse(content) }
  return { messageId, role: 'assistant', parentId: parentId ?? '', createdAt, runs }
}

function answerRunOf(run: StoredAnswerRun): Omit<AnswerRun, 'decided'> {
  const events = run.end === null ? [] : storedEvents(run)
  const end = events.at(-1)
  const terminal = end?.type === 'done' || end?.type === 'error' ? end : undefined
  return {
    runId: run.id,
    model: run.model,
    state: terminal === undefined ? 'running' : terminal.type === 'done' ? 'done' : 'failed',
    startedAt: run.startedAt.toISOString(),
    endedAt: run.endedAt?.toISOString() ?? null,
    events,
    usage: terminal?.usage ?? null,
    costUsd: terminal?.costUsd ?? null,
    leftOut: run.leftOut,
  }
}

function notFound(): TRPCError {
  return new TRPCError({ code: 'NOT_FOUND', message: 'There is no such conversation.' })
}
