import { randomBytes, randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect, onTestFinished, test } from 'vitest'
import {
  addQuestion,
  adoptOwner,
  claimRun,
  type Db,
  deleteOwnerContent,
  findAttachments,
  type NewAttachment,
  openDatabase,
  readAttachment,
  readAttachmentPart,
  storeAttachment,
  useAttachments,
} from './index.ts'
import { deleteUnusedAttachments } from './attachments.ts'
import { createTestDatabase, whyNoPostgres } from './testing/index.ts'
import { onBothEngines } from './testing/on-both-engines.ts'
import { untilWaiting } from './testing/until-waiting.ts'

const MEGABYTE = 1_000_000
const DAY_S = 24 * 60 * 60

async function stored(db: Db, change: Partial<NewAttachment> = {}): Promise<NewAttachment> {
  const file = {
    id: randomUUID(),
    owner: 'ada',
    mediaType: 'image/png',
    name: 'dot.png',
    bytes: Buffer.from('bytes'),
    ...change,
  }
  expect(await storeAttachment(db, file, MEGABYTE)).toBe(true)
  return file
}

/** Asks a question with these files, in a conversation of its own. */
async function ask(db: Db, ...files: NewAttachment[]): Promise<{ conversationId: string }> {
  const question = { id: randomUUID(), conversationId: randomUUID() }
  await db.transaction(async (tx) => {
    const asked = { ...question, parentId: null, owner: 'ada', title: 'A', words: '', content: '"A"' }
    expect(await addQuestion(tx, asked)).toBe(true)
    const ids = files.map(({ id }) => id)
    expect(await useAttachments(tx, 'ada', question.id, ids)).toBe(true)
  })
  return question
}

/** As if so many seconds had passed since the file was touched. */
async function age(db: Db, { id }: NewAttachment, seconds: number): Promise<void> {
  await db.execute(
    sql`update attachment set touched_at = now() - make_interval(secs => ${seconds}) where id = ${id}`,
  )
}

const sweep = (db: Db) => deleteUnusedAttachments(db, { unusedHours: 24, limit: 100 })
const isThere = async (db: Db, { owner, id }: NewAttachment) =>
  (await findAttachments(db, owner, [id])).has(id)

onBothEngines((db) => {
  test('a file comes back byte for byte, to its owner only', async () => {
    const bytes = Buffer.concat([Buffer.from([0, 255, 92, 120, 39]), randomBytes(700_001)])
    const name = `'; drop table attachment; -- $1 \\ "é👩‍🚀.png`
    const owner = `ada' or '1'='1`
    const { id } = await stored(db(), { owner, name, bytes })
    const description = { id, mediaType: 'image/png', name, size: bytes.length }
    expect(await findAttachments(db(), owner, [id, randomUUID()])).toEqual(new Map([[id, description]]))
    const runOf = async (of: string) => {
      const runId = randomUUID()
      await claimRun(db(), { id: runId, owner: of, instance: 'one', model: 'a-model' })
      return runId
    }
    const runId = await runOf(owner)
    const read = await readAttachment(db(), { id, runId })
    expect(read).toMatchObject(description)
    expect(read?.bytes.equals(bytes)).toBe(true)
    const part = (of: string, start: number) => readAttachmentPart(db(), of, id, { start, length: 700_000 })
    expect(Buffer.concat([(await part(owner, 0))!, (await part(owner, 700_000))!]).equals(bytes)).toBe(true)
    expect(await part('eve', 0)).toBeUndefined()
    expect((await findAttachments(db(), 'eve', [id])).size).toBe(0)
    expect(await readAttachment(db(), { id, runId: await runOf('eve') })).toBeUndefined()
    expect(await readAttachment(db(), { id: randomUUID(), runId })).toBeUndefined()
  })

  test('of files that are stored at once, so many are as the quota allows, and other owners have their own', async () => {
    const owner = randomUUID()
    const one = (of: string) => ({
      id: randomUUID(),
      owner: of,
      mediaType: 'image/png',
      name: 'dot.png',
      bytes: Buffer.alloc(1000),
    })
    const store = (file: NewAttachment) => storeAttachment(db(), file, 4999)
    const stores = await Promise.all(Array.from({ length: 12 }, () => store(one(owner))))
    expect(stores.filter(Boolean)).toHaveLength(4)
    expect(await store(one(randomUUID()))).toBe(true)
    expect(await store({ ...one(owner), bytes: Buffer.alloc(999) })).toBe(true)
    expect(await store({ ...one(owner), bytes: Buffer.alloc(1) })).toBe(false)
  })

  test('what no message uses is removed after a day, and nothing else', async () => {
    const [fresh, old, used] = [await stored(db()), await stored(db()), await stored(db())]
    await ask(db(), used, used)
    await age(db(), fresh, DAY_S - 60)
    await age(db(), old, DAY_S + 60)
    await age(db(), used, DAY_S + 60)
    expect(await sweep(db())).toBe(1)
    expect(await Promise.all([fresh, old, used].map((file) => isThere(db(), file)))).toEqual([
      true,
      false,
      true,
    ])
    expect(await useAttachments(db(), 'ada', 'message', [old.id])).toBe(false)
  })

  test('what two conversations use goes when the second of them is deleted', async () => {
    const file = await stored(db())
    const [first, second] = [await ask(db(), file), await ask(db(), file)]
    await age(db(), file, DAY_S + 60)
    for (const [{ conversationId }, stays] of [
      [first, true],
      [second, false],
    ] as const) {
      await db().execute(sql`delete from conversation where id = ${conversationId}`)
      await sweep(db())
      expect(await isThere(db(), file)).toBe(stays)
    }
  })

  test('files are handed over and deleted with everything else that an owner has', async () => {
    const file = await stored(db())
    await ask(db(), file)
    await adoptOwner(db(), { from: 'ada', to: 'eve' })
    expect([await isThere(db(), file), await isThere(db(), { ...file, owner: 'eve' })]).toEqual([false, true])
    await deleteOwnerContent(db(), { owner: 'eve', end: '"stopped"' })
    expect(await isThere(db(), { ...file, owner: 'eve' })).toBe(false)
  })

  test('another owner’s file cannot be used, nor can one that is not there', async () => {
    const [mine, foreign] = [await stored(db()), await stored(db(), { owner: 'eve' })]
    const use = (...ids: string[]) => useAttachments(db(), 'ada', 'message', ids)
    expect([await use(mine.id, foreign.id), await use(randomUUID()), await use()]).toEqual([
      false,
      false,
      true,
    ])
  })
})

const noPostgres = whyNoPostgres()
// PGlite has one connection, which takes one transaction after the other.
test.skipIf(noPostgres !== undefined)(
  `a removal does not take what a transaction is beginning to use${noPostgres === undefined ? '' : ` (skipped: ${noPostgres})`}`,
  async () => {
    const database = await openDatabase(await createTestDatabase())
    onTestFinished(() => database.close())
    const { db } = database
    const file = await stored(db)
    await age(db, file, DAY_S + 60)
    const question = { id: randomUUID(), conversationId: randomUUID(), parentId: null }
    let removed: Promise<number> | undefined
    await db.transaction(async (tx) => {
      await addQuestion(tx, { ...question, owner: 'ada', title: 'A', words: '', content: '"A"' })
      expect(await useAttachments(tx, 'ada', question.id, [file.id])).toBe(true)
      removed = sweep(db)
      await untilWaiting(db)
    })
    expect(await removed).toBe(0)
    expect(await isThere(db, file)).toBe(true)
  },
)
