import { and, desc, eq, ilike, or, type SQL, sql } from 'drizzle-orm'
import type { Db } from './db.ts'
import { seeGuest } from './guests.ts'
import { likePattern } from './like-pattern.ts'
import { note } from './schema.ts'

export interface StoredNote {
  readonly id: string
  readonly title: string
  readonly text: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface NewNote {
  /** A UUID. */
  readonly id: string
  readonly owner: string
  readonly title: string
  readonly text: string
}

/** A note in a list. `excerpt` is its text, or its first 199 characters and an ellipsis. */
export interface ListedNote extends Pick<StoredNote, 'id' | 'title' | 'updatedAt'> {
  readonly excerpt: string
}

/** The last note of a page; the next page begins after it. */
export type NoteCursor = Pick<StoredNote, 'id' | 'updatedAt'>

interface Page {
  readonly after?: NoteCursor | undefined
  readonly limit: number
}

const EXCERPT_CHARS = 200

/** An owner's notes, the one that was changed last first. */
export async function listNotes(db: Db, owner: string, page: Page): Promise<ListedNote[]> {
  return list(db, eq(note.owner, owner), page)
}

/** As {@link listNotes}, those that have every one of these words in their title or text, in upper or lower case. */
export async function searchNotes(
  db: Db,
  owner: string,
  { words, ...page }: Page & { readonly words: string },
): Promise<ListedNote[]> {
  const patterns = words.split(/\s+/).map(likePattern)
  const hasAll = patterns.map((pattern) => or(ilike(note.title, pattern), ilike(note.text, pattern)))
  return list(db, and(eq(note.owner, owner), ...hasAll), page)
}

/** Undefined when there is none, or it is another owner's. */
export async function readNote(db: Db, owner: string, id: string): Promise<StoredNote | undefined> {
  const [found] = await db.select(STORED).from(note).where(ofOwner(owner, id))
  return found
}

/**
 * Adds a note, once per id: of any number of calls, one adds it.
 *
 * @returns the note as it is stored, which for a repeated call may have been changed since; `full` when the owner has
 *   `quota` notes; `taken` when the id is another owner's.
 */
export async function addNote(db: Db, added: NewNote, quota: number): Promise<StoredNote | 'full' | 'taken'> {
  return db.transaction(async (tx) => {
    // One of the owner's calls at a time, so that no two of them count the same notes.
    await tx.execute(sql`select pg_advisory_xact_lock(${LOCK}::int, hashtext(${added.owner}))`)
    const earlier = await readNote(tx, added.owner, added.id)
    if (earlier) return earlier
    if ((await tx.$count(note, eq(note.owner, added.owner))) >= quota) return 'full'
    await seeGuest(tx, added.owner)
    const [stored] = await tx.insert(note).values(added).onConflictDoNothing().returning(STORED)
    return stored ?? 'taken'
  })
}

/** @returns the note after the change; undefined when there is none, or it is another owner's. */
export async function updateNote(
  db: Db,
  owner: string,
  { id, title, text }: { id: string; title?: string | undefined; text?: string | undefined },
): Promise<StoredNote | undefined> {
  const [updated] = await db
    .update(note)
    .set({ title, text, updatedAt: sql`now()` })
    .where(ofOwner(owner, id))
    .returning(STORED)
  return updated
}

/** @returns what was removed; undefined when there is no such note, or it is another owner's. */
export async function removeNote(db: Db, owner: string, id: string): Promise<StoredNote | undefined> {
  const [removed] = await db.delete(note).where(ofOwner(owner, id)).returning(STORED)
  return removed
}

async function list(db: Db, which: SQL | undefined, { after, limit }: Page): Promise<ListedNote[]> {
  const { id, title, text, updatedAt } = note
  const excerpt = sql<string>`case when length(${text}) > ${EXCERPT_CHARS}::int then left(${text}, ${EXCERPT_CHARS - 1}::int) || '…' else ${text} end`
  const rest =
    after && sql`(${updatedAt}, ${id}) < (${after.updatedAt.toISOString()}::timestamptz, ${after.id})`
  return db
    .select({ id, title, updatedAt, excerpt })
    .from(note)
    .where(and(which, rest))
    .orderBy(desc(updatedAt), desc(id))
    .limit(limit)
}

function ofOwner(owner: string, id: string): SQL | undefined {
  return and(eq(note.id, id), eq(note.owner, owner))
}

/** The first key of the locks that additions take; any number. */
const LOCK = 1_851_880_549

const STORED = {
  id: note.id,
  title: note.title,
  text: note.text,
  createdAt: note.createdAt,
  updatedAt: note.updatedAt,
}
