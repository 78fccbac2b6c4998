import { and, desc, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { Db } from './db.ts'
import { likePattern } from './like-pattern.ts'
import { conversation, message, run } from './schema.ts'

export interface StoredConversation {
  readonly id: string
  readonly title: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** The last conversation of a page; the next page begins after it. */
export type ConversationCursor = Pick<StoredConversation, 'id' | 'updatedAt'>

interface Page {
  readonly after?: ConversationCursor | undefined
  readonly limit: number
}

/** An owner's conversations, the one that was used last first. */
export async function listConversations(
  db: Db,
  owner: string,
  { after, limit }: Page,
): Promise<StoredConversation[]> {
  return db
    .select(STORED)
    .from(conversation)
    .where(and(visibleTo(owner), isAfter(after)))
    .orderBy(desc(conversation.updatedAt), desc(conversation.id))
    .limit(limit)
}

/** How much of a message a search shows, in characters, and how much of that is before the words. */
const EXCERPT_CHARS = 160
const BEFORE_CHARS = 40

/**
 * As {@link listConversations}, those with `words` in their title or in a message, in upper or lower case. `excerpt` is
 * the place in the newest such message; null when only the title has them.
 */
export async function searchConversations(
  db: Db,
  owner: string,
  { words, after, limit }: Page & { readonly words: string },
): Promise<(StoredConversation & { excerpt: string | null })[]> {
  const pattern = likePattern(words)
  const from = sql`greatest(1, strpos(lower(${message.words}), lower(${words})) - ${BEFORE_CHARS}::int)`
  const newest = db
    .select({ excerpt: sql<string>`substr(${message.words}, ${from}, ${EXCERPT_CHARS}::int)`.as('excerpt') })
    .from(message)
    .where(and(eq(message.conversationId, conversation.id), sql`${message.words} ilike ${pattern}`))
    .orderBy(desc(message.createdAt))
    .limit(1)
    .as('newest')
  return db
    .select({ ...STORED, excerpt: newest.excerpt })
    .from(conversation)
    .leftJoinLateral(newest, sql`true`)
    .where(
      and(
        visibleTo(owner),
        isAfter(after),
        sql`(${conversation.title} ilike ${pattern} or ${newest.excerpt} is not null)`,
      ),
    )
    .orderBy(desc(conversation.updatedAt), desc(conversation.id))
    .limit(limit)
}

/** All of an owner's conversations, the one that was used last first. */
export async function readConversationIds(db: Db, owner: string): Promise<string[]> {
  const found = await db
    .select({ id: conversation.id })
    .from(conversation)
    .where(visibleTo(owner))
    .orderBy(desc(conversation.updatedAt), desc(conversation.id))
  return found.map(({ id }) => id)
}

/** Undefined when there is none, it is removed, or it is another owner's. */
export async function readConversation(
  db: Db,
  owner: string,
  id: string,
): Promise<StoredConversation | undefined> {
  const [found] = await db
    .select(STORED)
    .from(conversation)
    .where(and(eq(conversation.id, id), visibleTo(owner)))
  return found
}

/** @returns whether the owner has it. */
export async function renameConversation(
  db: Db,
  owner: string,
  { id, title }: { id: string; title: string },
): Promise<boolean> {
  const renamed = await db
    .update(conversation)
    .set({ title })
    .where(and(eq(conversation.id, id), visibleTo(owner)))
    .returning({ id: conversation.id })
  return renamed.length > 0
}

/**
 * Hides a conversation. Nothing can be asked in it after that.
 *
 * @returns the ids of its runs that have not ended; undefined when the owner does not have it.
 */
export async function hideConversation(db: Db, owner: string, id: string): Promise<string[] | undefined> {
  const hidden = await db
    .update(conversation)
    .set({ hiddenAt: sql`coalesce(${conversation.hiddenAt}, now())` })
    .where(and(eq(conversation.id, id), eq(conversation.owner, owner)))
    .returning({ id: conversation.id })
  if (hidden.length === 0) return undefined
  const unfinished = await db
    .select({ id: run.id })
    .from(run)
    .innerJoin(message, eq(message.id, run.answerId))
    .where(and(eq(message.conversationId, id), isNull(run.end)))
  return unfinished.map((one) => one.id)
}

/** @returns whether the owner has it, and it was not hidden for longer than `withinS` seconds. */
export async function restoreConversation(
  db: Db,
  owner: string,
  { id, withinS }: { id: string; withinS: number },
): Promise<boolean> {
  const restored = await db
    .update(conversation)
    .set({ hiddenAt: null })
    .where(
      and(
        eq(conversation.id, id),
        eq(conversation.owner, owner),
        sql`(${conversation.hiddenAt} is null or ${conversation.hiddenAt} > now() - make_interval(secs => ${withinS}))`,
      ),
    )
    .returning({ id: conversation.id })
  return restored.length > 0
}

/** A condition for queries of conversations. */
export function visibleTo(owner: string): SQL {
  return sql`(${conversation.owner} = ${owner} and ${conversation.hiddenAt} is null)`
}

function isAfter(cursor: ConversationCursor | undefined): SQL | undefined {
  if (cursor === undefined) return undefined
  const { updatedAt, id } = cursor
  return sql`(${conversation.updatedAt}, ${conversation.id}) < (${updatedAt.toISOString()}::timestamptz, ${id})`
}

const STORED = {
  id: conversation.id,
  title: conversation.title,
  createdAt: conversation.createdAt,
  updatedAt: conversation.updatedAt,
}
