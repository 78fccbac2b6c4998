import { z } from 'zod'

/** Lists have what was changed last first. A cursor names the last row of a page; the next page begins after it. */
interface Cursor {
  readonly updatedAt: Date
  readonly id: string
}

const CursorSchema = z.string().transform((cursor, context): Cursor => {
  // 13 digits of milliseconds end in 2286. Postgres cannot read the years beyond 9999 as JavaScript writes them.
  const [, time, id] = /^(\d{1,13})_([\da-f-]{36})$/i.exec(cursor) ?? []
  if (time !== undefined && id !== undefined) return { updatedAt: new Date(Number(time)), id }
  context.addIssue({ code: 'custom', message: 'expected the nextCursor of a page' })
  return z.NEVER
})

/** The input of a procedure that lists something in pages. */
export const PageSchema = z.strictObject({
  cursor: CursorSchema.optional().describe(
    'The nextCursor of the page before; leave it out for the first one.',
  ),
  limit: z.int().min(1).max(100).default(30).describe('How many to list at most.'),
  direction: z.literal('forward').optional().describe('Sent by infinite queries of tRPC; leave it out.'),
})

export type PageOptions = Pick<z.infer<typeof PageSchema>, 'cursor' | 'limit'>

/**
 * The page, and the cursor of the next one; null on the last page.
 *
 * @param found one more than `limit`, where there are more.
 */
export function cutPage<T extends Cursor>(found: readonly T[], limit: number) {
  const page = found.slice(0, limit)
  const last = found.length > limit ? page.at(-1) : undefined
  return { page, nextCursor: last ? `${last.updatedAt.getTime()}_${last.id}` : null }
}
