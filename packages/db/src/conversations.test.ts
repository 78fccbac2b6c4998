import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect, onTestFinished, test } from 'vitest'
import {
  addAnswer,
  addQuestion,
  claimRun,
  type Db,
  endRun,
  hideConversation,
  listConversations,
  type NewQuestion,
  openDatabase,
  readAnswerRuns,
  readAnswerState,
  readConversation,
  readConversationBytes,
  readMessages,
  readPath,
  readQuestion,
  readQuestionOf,
  renameConversation,
  restoreConversation,
  searchConversations,
} from './index.ts'
import { createTestDatabase, whyNoPostgres } from './testing/index.ts'
import { onBothEngines } from './testing/on-both-engines.ts'
import { untilWaiting } from './testing/until-waiting.ts'

const HOSTILE = `%_\\ "'; drop table message; -- $1 \u2028 👩‍🚀 ｆｕｌｌ`

function question(change: Partial<NewQuestion> = {}): NewQuestion {
  return {
    id: randomUUID(),
    conversationId: randomUUID(),
    parentId: null,
    owner: 'ada',
    title: 'A title',
    words: 'some words',
    content: '"some words"',
    ...change,
  }
}

/** Asks as the server does: claim, question and answer in one transaction. */
async function ask(db: Db, asked: NewQuestion, { leftOut = 0 } = {}): Promise<string> {
  const runId = randomUUID()
  await db.transaction(async (tx) => {
    const claim = {
      id: runId,
      owner: asked.owner,
      instance: 'one',
      model: 'a-model',
      answerId: runId,
      leftOut,
    }
    await claimRun(tx, claim)
    if (!(await addQuestion(tx, asked))) throw new Error('not added')
    if (!(await addAnswer(tx, asked.owner, { id: runId, parentId: asked.id }))) throw new Error('not added')
  })
  return runId
}

const DONE = { log: '[]', end: '{"type":"done"}', costUsd: 0.5 }
const STEP = {
  model: 'a-model',
  content: '["block"]',
  stopReason: null,
  usage: null,
  costUsd: null,
  requestId: 'req_1',
}

onBothEngines((db) => {
  test('a question creates its conversation, and the next one follows its answer', async () => {
    const first = question()
    const answer = await ask(db(), first)
    const { conversationId } = first
    expect(await readConversation(db(), 'ada', conversationId)).toMatchObject({ title: 'A title' })
    expect(await readAnswerState(db(), 'ada', answer)).toEqual({
      conversationId,
      unfinished: true,
      leftOut: 0,
    })
    await endRun(db(), answer, { ...DONE, steps: [STEP], words: 'what was answered' })
    const second = question({ conversationId, parentId: answer, title: 'Not the title' })
    const other = await ask(db(), second, { leftOut: 2 })
    expect(await readAnswerState(db(), 'ada', answer)).toMatchObject({ unfinished: false })
    expect(await readAnswerState(db(), 'ada', other)).toMatchObject({ unfinished: true, leftOut: 2 })
    expect((await readConversation(db(), 'ada', conversationId))?.title).toBe('A title')
    expect((await readMessages(db(), conversationId)).map(({ id, parentId }) => [id, parentId])).toEqual([
      [first.id, null],
      [answer, first.id],
      [second.id, answer],
      [other, second.id],
    ])
    expect(await readAnswerRuns(db(), conversationId)).toMatchObject([
      { id: answer, answerId: answer, end: DONE.end, leftOut: 0 },
      { id: other, answerId: other, end: null, leftOut: 2 },
    ])
    expect(await readQuestionOf(db(), 'ada', other)).toEqual({
      id: second.id,
      conversationId,
      parentId: answer,
      content: second.content,
    })
    expect(await readQuestionOf(db(), 'eve', other)).toBeUndefined()
    expect(await readPath(db(), { to: answer })).toEqual([
      {
        messageId: first.id,
        content: first.content,
        runId: null,
        step: null,
        model: null,
        system: null,
        tools: null,
        end: null,
        blocks: null,
        log: null,
      },
      {
        messageId: answer,
        content: null,
        runId: answer,
        step: 0,
        model: 'a-model',
        system: null,
        tools: null,
        end: DONE.end,
        blocks: STEP.content,
        log: null,
      },
    ])
    const rest = await readPath(db(), { to: other, skip: 2 })
    expect(rest.map(({ messageId }) => messageId)).toEqual([second.id, other])
    // Without a stored call, what was logged is all there is.
    expect(rest.at(-1)).toMatchObject({ blocks: null, log: '[]' })
  })

  test('of versions of a question or an answer, a path has one', async () => {
    const first = question()
    const answer = await ask(db(), first)
    const again = randomUUID()
    expect(await addAnswer(db(), 'ada', { id: again, parentId: first.id })).toBe(true)
    const edited = question({ conversationId: first.conversationId })
    await ask(db(), edited)
    const path = await readPath(db(), { to: answer })
    expect(path.map(({ messageId }) => messageId)).toEqual([first.id, answer])
    expect(await readMessages(db(), first.conversationId)).toHaveLength(5)
  })

  test('another owner’s conversation is not found, nor anything in it', async () => {
    const mine = question()
    const answer = await ask(db(), mine)
    const { conversationId: id } = mine
    expect(await readConversation(db(), 'eve', id)).toBeUndefined()
    expect(await renameConversation(db(), 'eve', { id, title: 'mine now' })).toBe(false)
    expect(await hideConversation(db(), 'eve', id)).toBeUndefined()
    expect(await restoreConversation(db(), 'eve', { id, withinS: 600 })).toBe(false)
    expect(await addQuestion(db(), question({ owner: 'eve', conversationId: id }))).toBe(false)
    expect(await addAnswer(db(), 'eve', { id: randomUUID(), parentId: mine.id })).toBe(false)
    expect(await readQuestion(db(), 'eve', mine.id)).toBeUndefined()
    expect(await readAnswerState(db(), 'eve', answer)).toBeUndefined()
    expect(await listConversations(db(), 'eve', { limit: 9 })).toEqual([])
    expect(await searchConversations(db(), 'eve', { words: 'title', limit: 9 })).toEqual([])
    expect(await readMessages(db(), id)).toHaveLength(2)
  })

  test('a question is not an answer, and an answer not a question', async () => {
    const asked = question()
    const answer = await ask(db(), asked)
    expect(await readAnswerState(db(), 'ada', asked.id)).toBeUndefined()
    expect(await readQuestion(db(), 'ada', answer)).toBeUndefined()
    expect(await addAnswer(db(), 'ada', { id: randomUUID(), parentId: answer })).toBe(false)
    // The id of a message that is there already.
    expect(await addAnswer(db(), 'ada', { id: asked.id, parentId: asked.id })).toBe(false)
  })

  test('what is hidden can be restored for a while, and cannot be asked in until then', async () => {
    const asked = question()
    const running = await ask(db(), asked)
    const { conversationId: id } = asked
    expect(await hideConversation(db(), 'ada', id)).toEqual([running])
    await db().execute(sql`update conversation set hidden_at = now() - interval '500 s' where id = ${id}`)
    expect(await hideConversation(db(), 'ada', id)).toEqual([running])
    // Hidden again, it is still hidden since then.
    expect(await restoreConversation(db(), 'ada', { id, withinS: 400 })).toBe(false)
    expect(await readConversation(db(), 'ada', id)).toBeUndefined()
    expect(await readAnswerState(db(), 'ada', running)).toBeUndefined()
    expect(await addQuestion(db(), question({ conversationId: id }))).toBe(false)
    expect(await restoreConversation(db(), 'ada', { id, withinS: 600 })).toBe(true)
    expect(await restoreConversation(db(), 'ada', { id, withinS: 600 })).toBe(true)
    expect(await readConversation(db(), 'ada', id)).toMatchObject({ title: 'A title' })
    await endRun(db(), running, DONE)
    expect(await hideConversation(db(), 'ada', id)).toEqual([])
    await db().execute(sql`update conversation set hidden_at = now() - interval '601 s' where id = ${id}`)
    expect(await restoreConversation(db(), 'ada', { id, withinS: 600 })).toBe(false)
  })

  test('pages of a list have every conversation once, the last used first, though times are equal', async () => {
    const owner = randomUUID()
    const ids: string[] = []
    for (let i = 0; i < 7; i++) {
      const asked = question({ owner })
      ids.push(asked.conversationId)
      await addQuestion(db(), asked)
    }
    await db().execute(
      sql`update conversation set updated_at = '2026-01-01T00:00:00.123Z' where owner = ${owner} and id <> ${ids[3]}`,
    )
    const listed: string[] = []
    let after: { id: string; updatedAt: Date } | undefined
    do {
      const page = await listConversations(db(), owner, { after, limit: 3 })
      listed.push(...page.map(({ id }) => id))
      after = page.at(-1)
    } while (after)
    expect(listed[0]).toBe(ids[3])
    expect(listed.toSorted()).toEqual(ids.toSorted())
  })

  test('a search finds titles, questions and answers, by their very characters', async () => {
    const owner = randomUUID()
    const titled = question({ owner, title: 'About 100% wool' })
    const asked = question({ owner, words: `${'before '.repeat(50)}${HOSTILE}` })
    const answered = question({ owner })
    await addQuestion(db(), titled)
    await addQuestion(db(), asked)
    await endRun(db(), await ask(db(), answered), { ...DONE, words: 'The Answer_Is here' })
    const search = (words: string) => searchConversations(db(), owner, { words, limit: 9 })
    const ids = async (words: string) => (await search(words)).map(({ id }) => id)
    expect(await ids('100% WOOL')).toEqual([titled.conversationId])
    expect(await ids('answer_is')).toEqual([answered.conversationId])
    expect(await ids('answer is')).toEqual([])
    expect(await ids('100%wool')).toEqual([])
    expect(await ids('\\')).toEqual([asked.conversationId])
    expect(await ids(HOSTILE)).toEqual([asked.conversationId])
    expect(await search('wool')).toMatchObject([{ excerpt: null, title: 'About 100% wool' }])
    const [found] = await search('drop table')
    expect(found?.excerpt).toContain('drop table message')
    expect(found?.excerpt?.length).toBeLessThanOrEqual(160)
    expect(await search('words')).toHaveLength(2)
    const page = await searchConversations(db(), owner, { words: 'words', limit: 1 })
    const next = await searchConversations(db(), owner, { words: 'words', limit: 1, after: page[0] })
    expect([page[0]?.id, next[0]?.id]).toEqual([answered.conversationId, titled.conversationId])
  })

  test('a question comes back as it was written, whatever is in it', async () => {
    const content = JSON.stringify({ z: '\u0000 \ud800', a: HOSTILE })
    const asked = question({ owner: HOSTILE, content, words: HOSTILE, title: HOSTILE })
    await addQuestion(db(), asked)
    expect((await readQuestion(db(), HOSTILE, asked.id))?.content === content).toBe(true)
    expect((await readConversation(db(), HOSTILE, asked.conversationId))?.title).toBe(HOSTILE)
    expect(await renameConversation(db(), HOSTILE, { id: asked.conversationId, title: `${HOSTILE}!` })).toBe(
      true,
    )
    expect((await readConversation(db(), HOSTILE, asked.conversationId))?.title).toBe(`${HOSTILE}!`)
  })

  test('the bytes of a conversation are those of its questions and of all its answers', async () => {
    const asked = question({ content: '"é"' })
    expect(await readConversationBytes(db(), asked.conversationId)).toBe(0)
    const answer = await ask(db(), asked)
    expect(await readConversationBytes(db(), asked.conversationId)).toBe(6)
    await endRun(db(), answer, { ...DONE, log: '["x"]' })
    await ask(db(), question({ conversationId: asked.conversationId, content: '"two"' }))
    expect(await readConversationBytes(db(), asked.conversationId)).toBe(16)
  })

  test('a path of 10,000 messages is read', async () => {
    const asked = question()
    await addQuestion(db(), asked)
    await db().execute(sql`
      insert into message (id, conversation_id, parent_id, role, content)
      select ${asked.id} || n, ${asked.conversationId}, ${asked.id} || case when n = 1 then '' else (n - 1)::text end,
        case n % 2 when 1 then 'assistant' else 'user' end, case n % 2 when 0 then '"next"' end
      from generate_series(1, 9999) n`)
    expect(await readPath(db(), { to: `${asked.id}9999` })).toHaveLength(10_000)
    expect(await readPath(db(), { to: `${asked.id}9999`, skip: 9990 })).toHaveLength(10)
    expect(await readMessages(db(), asked.conversationId)).toHaveLength(10_000)
  })
})

const why = whyNoPostgres()
// PGlite has one connection, which takes one transaction after the other.
test.skipIf(why !== undefined).each([
  ['hidden', sql`update conversation set hidden_at = now()`],
  ['deleted', sql`delete from conversation`],
])(
  `what is asked in a conversation while it is being %s is not found${why === undefined ? '' : ` (skipped: ${why})`}`,
  async (_, statement) => {
    const database = await openDatabase(await createTestDatabase())
    onTestFinished(() => database.close())
    const { db } = database
    const first = question()
    const { conversationId } = first
    const answer = await ask(db, first)
    let asked: Promise<boolean[]> | undefined
    await db.transaction(async (tx) => {
      await tx.execute(statement)
      asked = Promise.all([
        db.transaction((other) => addQuestion(other, question({ conversationId, parentId: answer }))),
        db.transaction((other) => addAnswer(other, 'ada', { id: randomUUID(), parentId: first.id })),
      ])
      await untilWaiting(db, 2)
    })
    expect(await asked).toEqual([false, false])
    expect(await readConversation(db, 'ada', conversationId)).toBeUndefined()
  },
)
