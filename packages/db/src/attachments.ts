import { and, eq, inArray, notExists, sql } from 'drizzle-orm'
import type { Db } from './db.ts'
import { attachment, attachmentUse, run } from './schema.ts'

/** A file of one owner, without its bytes. */
export interface Attachment {
  readonly id: string
  readonly mediaType: string
  readonly name: string
  /** In bytes. */
  readonly size: number
}

export interface NewAttachment extends Omit<Attachment, 'size'> {
  readonly owner: string
  readonly bytes: Buffer
}

export interface StoredAttachment extends Attachment {
  readonly bytes: Buffer
}

/** The first key of the locks that one owner's uploads take; any number. */
const QUOTA_LOCK = 1_635_017_076

/**
 * Stores a file, unless the owner's files would then have more than `quotaBytes`. That holds for any number of files
 * that are stored at once: they are counted one after the other.
 *
 * @returns false when the quota does not allow it.
 */
export async function storeAttachment(db: Db, file: NewAttachment, quotaBytes: number): Promise<boolean> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${QUOTA_LOCK}::int, hashtext(${file.owner}))`)
    const [sum] = await tx
      .select({ bytes: sql`coalesce(sum(${SIZE}), 0)`.mapWith(Number) })
      .from(attachment)
      .where(eq(attachment.owner, file.owner))
    if ((sum?.bytes ?? 0) + file.bytes.length > quotaBytes) return false
    await tx.insert(attachment).values(file)
    return true
  })
}

/** By id. Those that are not there, or another owner's, are missing. */
export async function findAttachments(
  db: Db,
  owner: string,
  ids: readonly string[],
): Promise<Map<string, Attachment>> {
  if (ids.length === 0) return new Map()
  const found = await db.select(DESCRIPTION).from(attachment).where(ofOwner(owner, ids))
  return new Map(found.map((file) => [file.id, file]))
}

/**
 * A file for a run, with its bytes. Undefined when it is not there, or another owner's than the run is by now: a guest's
 * may have been given to an account since it was started.
 */
export async function readAttachment(
  db: Db,
  { id, runId }: { id: string; runId: string },
): Promise<StoredAttachment | undefined> {
  const [found] = await db
    .select({ ...DESCRIPTION, bytes: attachment.bytes })
    .from(attachment)
    .innerJoin(run, eq(run.owner, attachment.owner))
    .where(and(eq(attachment.id, id), eq(run.id, runId)))
  return found
}

/** A part of a file, from byte `start`. Undefined when the file is not there, or another owner's. */
export async function readAttachmentPart(
  db: Db,
  owner: string,
  id: string,
  { start, length }: { start: number; length: number },
): Promise<Buffer | undefined> {
  const part = sql<Buffer>`substring(${attachment.bytes} from ${start + 1}::int for ${length}::int)`
  const [found] = await db
    .select({ part })
    .from(attachment)
    .where(ofOwner(owner, [id]))
  return found?.part
}

/**
 * Records that a question uses these files, in the transaction that adds it. They are then kept as long as its message.
 *
 * @returns false, and the transaction has to be rolled back, when one of them is not there, or is another owner's.
 */
export async function useAttachments(
  tx: Db,
  owner: string,
  messageId: string,
  ids: readonly string[],
): Promise<boolean> {
  const distinct = [...new Set(ids)]
  if (distinct.length === 0) return true
  // Touched first: a removal that is under way waits for this transaction, and then finds the row changed.
  const touched = await tx
    .update(attachment)
    .set({ touchedAt: sql`now()` })
    .where(ofOwner(owner, distinct))
    .returning({ id: attachment.id })
  if (touched.length < distinct.length) return false
  await tx.insert(attachmentUse).values(distinct.map((attachmentId) => ({ attachmentId, messageId })))
  return true
}

/**
 * Deletes at most `limit` files that no message uses, and that were neither uploaded nor used for `unusedHours`.
 *
 * @returns how many.
 */
export async function deleteUnusedAttachments(
  db: Db,
  { unusedHours, limit }: { unusedHours: number; limit: number },
): Promise<number> {
  const uses = db
    .select({ one: sql`1` })
    .from(attachmentUse)
    .where(eq(attachmentUse.attachmentId, attachment.id))
  // By the database's clock alone.
  const isUnused = and(
    sql`${attachment.touchedAt} < now() - make_interval(hours => ${unusedHours})`,
    notExists(uses),
  )
  const found = await db.select({ id: attachment.id }).from(attachment).where(isUnused).limit(limit)
  const ids = found.map(({ id }) => id)
  // Checked again, because one may have been used since.
  const deleted = await db
    .delete(attachment)
    .where(and(inArray(attachment.id, ids), isUnused))
    .returning({ id: attachment.id })
  return deleted.length
}

const SIZE = sql`octet_length(${attachment.bytes})`

const DESCRIPTION = {
  id: attachment.id,
  mediaType: attachment.mediaType,
  name: attachment.name,
  size: SIZE.mapWith(Number),
}

function ofOwner(owner: string, ids: readonly string[]) {
  return and(eq(attachment.owner, owner), inArray(attachment.id, [...ids]))
}
