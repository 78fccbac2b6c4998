import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import type { Context } from '../context.ts'
import type { OwnerOf } from '../owner.ts'
import { createCallerFactory } from '../trpc.ts'
import { startTestServer } from '../testing/start-test-server.ts'
import { testDatabase } from '../testing/test-database.ts'
import { type Answer, WireClient } from '../testing/wire-client.ts'
import { notesRouter } from './router.ts'

const codeOf = ({ body }: Answer): string => body.error?.data.code ?? 'OK'
const resultOf = ({ body }: Answer) => {
  expect(body.error).toBeUndefined()
  return body.result.data
}
const titlesOf = (answer: Answer) => resultOf(answer).notes.map(({ title }: any) => title)

test('a note is added, listed, found, read, changed and removed', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  expect(resultOf(await client.query('notes.list'))).toEqual({ notes: [], nextCursor: null })
  const text = `Oats \u0000 and \ud800 ${'x'.repeat(300)}`
  const added = resultOf(await client.call('notes.add', { title: ' Milk ', text }))
  expect(added).toEqual({
    id: expect.stringMatching(/^[\da-f-]{36}$/),
    title: 'Milk',
    text: text.replaceAll(/[\0\ud800]/g, '\ufffd'),
    createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
    updatedAt: expect.stringMatching(/^\d{4}-.*Z$/),
  })
  const { id, updatedAt } = added
  const listed = { id, title: 'Milk', excerpt: `${added.text.slice(0, 199)}…`, updatedAt }
  expect(resultOf(await client.query('notes.list'))).toEqual({ notes: [listed], nextCursor: null })
  expect(resultOf(await client.query('notes.search', { words: 'oats MILK' })).notes).toEqual([listed])
  expect(resultOf(await client.query('notes.search', { words: 'butter' })).notes).toEqual([])
  expect(resultOf(await client.query('notes.get', { id }))).toEqual(added)

  const changed = resultOf(await client.call('notes.update', { id, title: 'Oats', text: '' }))
  expect(changed).toMatchObject({ id, title: 'Oats', text: '', createdAt: added.createdAt })
  const removal = await client.call('notes.remove', { id })
  expect(resultOf(removal)).toEqual(changed)
  expect(titlesOf(await client.query('notes.list'))).toEqual([])
  for (const answer of [
    await client.query('notes.get', { id }),
    await client.call('notes.update', { id, title: 'x' }),
    await client.call('notes.remove', { id }),
  ]) {
    expect([answer.status, answer.body.error.message]).toEqual([404, 'There is no such note.'])
  }
  // That undoes the removal.
  expect(resultOf(await client.call('notes.add', { id, title: 'Oats' }))).toMatchObject({ id, title: 'Oats' })
})

test('notes are listed and found in pages', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  for (const title of ['a 1', 'a 2', 'a 3']) resultOf(await client.call('notes.add', { title }))
  for (const [path, input] of [
    ['notes.list', {}],
    ['notes.search', { words: 'a' }],
  ] as const) {
    // What tRPC's infinite queries send.
    const page = { ...input, limit: 2, direction: 'forward' }
    const first = await client.query(path, page)
    const { nextCursor: cursor } = resultOf(first)
    const second = await client.query(path, { ...page, cursor })
    expect(new Set([...titlesOf(first), ...titlesOf(second)])).toEqual(new Set(['a 1', 'a 2', 'a 3']))
    expect(resultOf(second).nextCursor).toBeNull()
  }
})

test('a note that is added again under its id is the first one', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const id = randomUUID()
  const answers = await Promise.all(
    ['one', 'two', 'three'].map((title) => client.call('notes.add', { id, title })),
  )
  const [first, ...others] = answers.map(resultOf)
  for (const other of others) expect(other).toEqual(first)
  expect(titlesOf(await client.query('notes.list'))).toEqual([first.title])
})

test('another owner’s note is not found, by whatever is asked', async () => {
  await using server = await startTestServer()
  const [ann, eve] = [await server.client(), await server.client()]
  const { id } = resultOf(await ann.call('notes.add', { title: 'Private', text: 'secret' }))
  const unknown = randomUUID()
  const ask = async (noteId: string) => [
    await eve.query('notes.get', { id: noteId }),
    await eve.call('notes.update', { id: noteId, title: 'hers' }),
    await eve.call('notes.remove', { id: noteId }),
  ]
  const bodies = async (noteId: string) => (await ask(noteId)).map(({ body }) => body)
  expect((await ask(id)).map(codeOf)).toEqual(['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND'])
  expect(await bodies(id)).toEqual(await bodies(unknown))
  expect(codeOf(await eve.call('notes.add', { id, title: 'hers' }))).toBe('NOT_FOUND')
  expect(titlesOf(await eve.query('notes.search', { words: 'secret' }))).toEqual([])
  expect(titlesOf(await eve.query('notes.list'))).toEqual([])
  expect(resultOf(await ann.query('notes.get', { id }))).toMatchObject({ title: 'Private', text: 'secret' })
})

test('a thousand notes are the most, and it says so', async () => {
  const byName: OwnerOf = ({ headers }) => String(headers['x-user'])
  await using server = await startTestServer({}, { ownerOf: byName })
  const name = randomUUID()
  const client = new WireClient(server.url, { headers: { 'x-user': name } })
  const { open, url } = await testDatabase()
  const database = await open(url)
  onTestFinished(() => database.close())
  await database.db.execute(
    `insert into note (id, owner, title, text) select gen_random_uuid(), '${name}', 'old ' || n, '' from generate_series(1, 999) n`,
  )
  const { id } = resultOf(await client.call('notes.add', { title: 'the last one' }))
  const refused = await client.call('notes.add', { title: 'one more' })
  expect([refused.status, codeOf(refused)]).toEqual([409, 'CONFLICT'])
  expect(refused.body.error.message).toBe(
    'There are 1000 notes already, and no more can be added. Delete some first.',
  )
  expect(codeOf(await client.call('notes.add', { id, title: 'the last one' }))).toBe('OK')
  await client.call('notes.remove', { id })
  expect(codeOf(await client.call('notes.add', { title: 'one more' }))).toBe('OK')
})

test('a call of Claude’s adds one note, however often it is executed', async () => {
  const { open, url } = await testDatabase()
  const database = await open(url)
  onTestFinished(() => database.close())
  const toolCall = { runId: randomUUID(), callId: randomUUID() }
  const context = { owner: randomUUID(), toolCall, database: { query: (run: any) => run(database.db) } }
  const notes = createCallerFactory(notesRouter)(context as unknown as Context)
  const added = await Promise.all([notes.add({ title: 'Milk' }), notes.add({ title: 'Milk' })])
  expect(added[0]).toEqual(added[1])
  // Whatever id Claude may have made up.
  expect(await notes.add({ id: randomUUID(), title: 'Milk' })).toEqual(added[0])
  expect((await notes.list()).notes).toHaveLength(1)
})

const ID = randomUUID()

test.each<[path: string, input: unknown, says: RegExp]>([
  ['list', { limit: 0 }, /limit/],
  ['list', { limit: 101 }, /limit/],
  ['list', { cursor: "'; drop table note; --" }, /expected the nextCursor of a page.*cursor/s],
  ['list', { owner: 'eve' }, /owner/],
  ['search', {}, /words/],
  ['search', { words: ' ' }, /expected some text.*words/s],
  ['search', { words: 'x'.repeat(201) }, /200.*words/s],
  ['search', { words: 'a '.repeat(11) }, /at most 10 words.*words/s],
  ['get', {}, /id/],
  ['get', { id: 'one' }, /UUID.*id/s],
  ['add', {}, /title/],
  ['add', { title: '' }, /expected some text.*title/s],
  ['add', { title: ' \n' }, /expected some text.*title/s],
  ['add', { title: 'x'.repeat(201) }, /200.*title/s],
  ['add', { title: 'x', text: 'x'.repeat(10_001) }, /10000.*text/s],
  ['add', { title: 'x', text: null }, /text/],
  ['add', { title: ['x'] }, /title/],
  ['add', { title: 'x', id: '1' }, /UUID.*id/s],
  ['add', { title: 'x', owner: 'eve' }, /owner/],
  ['update', { id: ID }, /expected a title or a text/],
  ['update', { title: 'x' }, /id/],
  ['update', { id: ID, title: ' ' }, /expected some text.*title/s],
  ['update', { id: [ID], title: 'x' }, /id/],
  ['remove', { id: { ID } }, /id/],
  ['remove', undefined, /expected object/],
])('notes.%s with %j is refused, and says what was expected', async (verb, input, says) => {
  await using server = await startTestServer()
  const client = await server.client()
  const isQuery = ['list', 'search', 'get'].includes(verb)
  const answer = await (isQuery ? client.query(`notes.${verb}`, input) : client.call(`notes.${verb}`, input))
  expect([answer.status, codeOf(answer)]).toEqual([400, 'BAD_REQUEST'])
  expect(answer.body.error.message).toMatch(says)
})
