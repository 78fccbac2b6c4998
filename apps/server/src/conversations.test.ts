import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { collect } from './testing/collect.ts'
import { startTestServer } from './testing/start-test-server.ts'
import { testDatabase } from './testing/test-database.ts'
import type { Answer, WireClient } from './testing/wire-client.ts'

const codeOf = ({ body }: Answer): string => body.error?.data.code ?? 'OK'

/** Asks a first question, and waits for the end of its answer. */
async function begin(
  client: WireClient,
  content: string,
): Promise<{ conversationId: string; runId: string }> {
  const ids = { conversationId: randomUUID(), runId: randomUUID() }
  const text = `${content}\n[[sim tokens=5 thinking=0]]`
  const { status } = await client.call('chat.send', { ...ids, parentId: null, content: text })
  expect(status).toBe(200)
  await collect(await client.events({ runId: ids.runId }))
  return ids
}

/** The titles on a page, and where the next one begins. */
async function page(client: WireClient, path: string, input: object) {
  const { status, body } = await client.query(path, input)
  expect([status, body.error]).toEqual([200, undefined])
  const { conversations, nextCursor: cursor } = body.result.data
  return { titles: conversations.map(({ title }: any) => title), cursor, conversations }
}

test('the list has the conversation that was used last first, in pages', async () => {
  await using server = await startTestServer({ STARTS_PER_MINUTE: '50' })
  const client = await server.client()
  const { body } = await client.query('conversations.list')
  expect(body.result.data).toEqual({ conversations: [], nextCursor: null })
  const [first] = [await begin(client, 'one'), await begin(client, 'two'), await begin(client, 'three')]
  // What tRPC's infinite queries send.
  const input = { limit: 2, direction: 'forward' }
  const newest = await page(client, 'conversations.list', input)
  expect(newest.titles).toEqual(['three', 'two'])
  const oldest = await page(client, 'conversations.list', { ...input, cursor: newest.cursor })
  expect([oldest.titles, oldest.cursor]).toEqual([['one'], null])
  const again = { ...first, runId: randomUUID(), parentId: first.runId, content: '[[sim tokens=5]]' }
  await client.call('chat.send', again)
  expect((await page(client, 'conversations.list', {})).titles).toEqual(['one', 'three', 'two'])
  for (const wrong of [
    { cursor: 'x' },
    { cursor: `1_${"'".repeat(36)}` },
    { cursor: `999999999999999_${first.conversationId}` },
    { limit: 0 },
    { limit: 101 },
    { limit: '2' },
  ]) {
    expect(codeOf(await client.query('conversations.list', wrong))).toBe('BAD_REQUEST')
  }
})

test('a search finds words in titles, questions and answers', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const canal = await begin(client, 'How does a canal lock work?')
  await begin(client, 'Something 100% else')
  const { body } = await client.query('conversations.get', {
    conversationId: canal.conversationId,
  })
  const answer: string = body.result.data.messages[1].runs[0].events.at(-3).text
  const search = async (words: string) => page(client, 'conversations.search', { words })
  expect((await search('CANAL lock')).titles).toEqual(['How does a canal lock work?'])
  const found = await search(answer.slice(2, 12))
  expect(found.titles).toContain('How does a canal lock work?')
  expect(found.conversations[0].excerpt).toContain(answer.slice(2, 12).trim())
  expect((await search('0%')).titles).toEqual(['Something 100% else'])
  expect((await search('%')).titles).toEqual(['Something 100% else'])
  expect((await search("'; drop table message; --")).titles).toEqual([])
  expect((await search('\u0000 \ud800')).titles).toEqual([])
  for (const words of ['', '  ', 'x'.repeat(201), 5])
    expect(codeOf(await client.query('conversations.search', { words }))).toBe('BAD_REQUEST')
  expect((await page(await server.client(), 'conversations.search', { words: 'canal' })).titles).toEqual([])
})

test('a conversation can be renamed, removed and, for 10 minutes, restored', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const { conversationId, runId } = await begin(client, 'one')
  const call = async (verb: string, input: object = {}) =>
    codeOf(await client.call(`conversations.${verb}`, { conversationId, ...input }))
  const titles = async () => (await page(client, 'conversations.list', {})).titles
  expect(await call('rename', { title: ` It's \u0000 "new" ` })).toBe('OK')
  expect(await titles()).toEqual([`It's \ufffd "new"`])
  for (const title of ['', ' ', 'x'.repeat(201)]) expect(await call('rename', { title })).toBe('BAD_REQUEST')

  expect([await call('remove'), await call('remove')]).toEqual(['OK', 'OK'])
  expect(await titles()).toEqual([])
  expect(await call('rename', { title: 'x' })).toBe('NOT_FOUND')
  expect(codeOf(await client.query('conversations.get', { conversationId }))).toBe('NOT_FOUND')
  const next = { conversationId, runId: randomUUID(), parentId: runId, content: 'more' }
  expect(codeOf(await client.call('chat.send', next))).toBe('NOT_FOUND')
  expect(codeOf(await client.call('chat.send', { ...next, parentId: null }))).toBe('NOT_FOUND')
  expect([await call('restore'), await call('restore')]).toEqual(['OK', 'OK'])
  expect(await titles()).toEqual([`It's \ufffd "new"`])

  await call('remove')
  const { open, url } = await testDatabase()
  const database = await open(url)
  onTestFinished(() => database.close())
  await database.db.execute(
    `update conversation set hidden_at = now() - interval '601 s' where id = '${conversationId}'`,
  )
  expect(await call('restore')).toBe('NOT_FOUND')
})

const SQL = "'; drop table conversation; -- $1 \\ %_"

test('every title comes back as it was given, well-formed', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const { conversationId } = await begin(client, 'one')
  for (const [title, stored = title] of [
    [SQL],
    ['👩‍🚀 \u2028 <b>&amp;</b>'],
    ['\0 \ud800 \udfff', '\ufffd \ufffd \ufffd'],
    ['x'.repeat(200)],
  ] as const) {
    expect(codeOf(await client.call('conversations.rename', { conversationId, title }))).toBe('OK')
    expect((await page(client, 'conversations.list', {})).titles).toEqual([stored])
    const words = title.slice(0, 200)
    expect((await page(client, 'conversations.search', { words })).titles).toEqual([stored])
  }
})

test('a conversation id, title, cursor or limit of the wrong type is refused, and says what was expected', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const { conversationId } = await begin(client, 'one')
  const odd = [SQL, '\0', '', 5, null, [conversationId], { conversationId }]
  const wrong: [verb: string, input: unknown, expected: RegExp][] = [
    ...['get', 'rename', 'remove', 'restore'].flatMap((verb) =>
      [...odd, undefined].map((id): (typeof wrong)[number] => [
        verb,
        { conversationId: id, ...(verb === 'rename' && { title: 'x' }) },
        /conversationId/,
      ]),
    ),
    ...[5, null, ['x'], undefined].map((title): (typeof wrong)[number] => [
      'rename',
      { conversationId, title },
      /title/,
    ]),
    ...['list', 'search'].flatMap((verb) =>
      [{ cursor: SQL }, { cursor: 5 }, { limit: '9' }, { limit: 1.5 }, { owner: 'x' }].map(
        (change): (typeof wrong)[number] => [
          verb,
          { ...(verb === 'search' && { words: 'x' }), ...change },
          new RegExp(Object.keys(change)[0] ?? ''),
        ],
      ),
    ),
    ...[5, null, ['x'], undefined].map((words): (typeof wrong)[number] => ['search', { words }, /words/]),
    ['remove', { conversationId, forever: true }, /forever/],
  ]
  const queries = new Set(['get', 'list', 'search'])
  for (const [verb, input, expected] of wrong) {
    const path = `conversations.${verb}`
    const { status, body } = await (queries.has(verb) ? client.query(path, input) : client.call(path, input))
    expect([status, body.error?.message]).toEqual([400, expect.stringMatching(expected)])
  }
  expect((await page(client, 'conversations.list', {})).titles).toEqual(['one'])
})

test('another owner’s conversation is not found, as one that is not there', async () => {
  await using server = await startTestServer()
  const { conversationId } = await begin(await server.client(), 'mine')
  const stranger = await server.client()
  const answers: unknown[] = []
  for (const id of [conversationId, randomUUID()]) {
    const { body } = await stranger.query('conversations.get', { conversationId: id })
    answers.push(body)
    for (const verb of ['rename', 'remove', 'restore']) {
      const input = { conversationId: id, ...(verb === 'rename' && { title: 'yours' }) }
      answers.push((await stranger.call(`conversations.${verb}`, input)).body)
    }
  }
  expect(answers.slice(0, 4)).toEqual(answers.slice(4))
  for (const answer of answers) expect(answer).toMatchObject({ error: { data: { code: 'NOT_FOUND' } } })
})

test('removing a conversation stops its live answer, and closes the connection to Claude', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const ids = { conversationId: randomUUID(), runId: randomUUID() }
  await client.call('chat.send', { ...ids, parentId: null, content: '[[sim fault=stall@5]]' })
  const connection = await client.events({ runId: ids.runId })
  const soFar = await collect(connection, { enough: ({ text }) => text !== '' })
  const { conversationId } = ids
  expect(codeOf(await client.call('conversations.remove', { conversationId }))).toBe('OK')
  const { terminal } = await collect(connection, { after: soFar.position })
  expect(terminal).toMatchObject({ type: 'done', stopReason: 'stopped' })
  expect((await server.upstreamEnd()).outcome).toBe('aborted')
})

test('a conversation of 10,000 messages is read, and goes on', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const { conversationId, runId } = await begin(client, 'a long one')
  const { open, url } = await testDatabase()
  const database = await open(url)
  onTestFinished(() => database.close())
  // Each one follows the one before it: question, answer, question, …
  await database.db.execute(`
    insert into message (id, conversation_id, parent_id, role, content)
    select '${runId}' || n, '${conversationId}', '${runId}' || case when n = 1 then '' else (n - 1)::text end,
      case n % 2 when 0 then 'assistant' else 'user' end, case n % 2 when 1 then '"next"' end
    from generate_series(1, 9997) n`)
  const last = randomUUID()
  await database.db.execute(`
    insert into message (id, conversation_id, parent_id, role)
    values ('${last}', '${conversationId}', '${runId}9997', 'assistant')`)
  await database.db.execute(`
    insert into run (id, owner, instance, model, log, "end", answer_id)
    select message.id, owner, instance, model, log, "end", message.id
    from run, message where run.id = '${runId}' and role = 'assistant' and message.id <> run.id
      and conversation_id = '${conversationId}'`)
  const { body } = await client.query('conversations.get', { conversationId })
  expect(body.result.data.messages).toHaveLength(10_000)
  const next = { conversationId, runId: randomUUID(), parentId: last, content: 'Next [[sim tokens=5]]' }
  expect(codeOf(await client.call('chat.send', next))).toBe('OK')
  expect((await collect(await client.events({ runId: next.runId }))).terminal?.type).toBe('done')
  const { body: after } = await client.query('conversations.get', { conversationId })
  const { leftOut } = after.result.data.messages.at(-1).runs[0]
  expect(leftOut).toBeGreaterThan(9000)
})
