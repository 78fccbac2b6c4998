import { randomUUID } from 'node:crypto'
import { beat, claimRun, DatabaseError, openDatabase, readRun } from '@sluice/db'
import { createTestDatabase, openMemoryDatabase, testPostgres, whyNoPostgres } from '@sluice/db/testing'
import { pino } from 'pino'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createServerDatabase } from './database.ts'
import { collect } from './testing/collect.ts'
import { question } from './testing/question.ts'
import { startTestServer, type TestServer } from './testing/start-test-server.ts'
import { testDatabase } from './testing/test-database.ts'
import { until } from './testing/until.ts'
import { WireClient } from './testing/wire-client.ts'

const why = whyNoPostgres()

test('the log says why a query on the embedded database failed, and not with which values', async () => {
  const lines: string[] = []
  const logger = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) })
  const database = createServerDatabase({
    url: '',
    instance: randomUUID(),
    logger,
    open: () => openMemoryDatabase(),
  })
  onTestFinished(() => database.close())
  await database.open()
  const claim = { id: 'x'.repeat(10), owner: 'a secret \0', instance: 'one', model: 'a-model' }
  await expect(database.query((db) => claimRun(db, claim))).rejects.toMatchObject({ code: 'unavailable' })
  expect(lines.join()).toContain('the database failed')
  expect(lines.join()).toContain('invalid byte sequence')
  expect(lines.join()).not.toContain('a secret')
})

test('before its database is open, a server answers, is not ready, and keeps a start waiting', async () => {
  const shared = await testDatabase()
  let open = () => {}
  const isOpen = new Promise<void>((resolve) => (open = resolve))
  const opening = isOpen.then(() => shared.open(shared.url))
  await using server = await startTestServer({}, { openDatabase: () => opening })
  const get = async (path: string) => (await fetch(`${server.url}${path}`)).status
  expect([await get('/healthz'), await get('/readyz')]).toEqual([200, 503])
  const client = await server.client()
  const starting = server.start(client, 'early [[sim tokens=5]]')
  await client.query('models.list')
  expect(server.simulator.stats().requests).toEqual([])
  open()
  const runId = await starting
  expect(await get('/readyz')).toBe(200)
  expect((await collect(await client.events({ runId }))).terminal?.type).toBe('done')
})

test('a database that cannot be opened is tried again until it can be', async () => {
  const shared = await testDatabase()
  let attempts = 0
  const server = await startTestServer(
    {},
    {
      openDatabase: async (url) => {
        attempts += 1
        if (attempts === 1) throw new Error('no such host')
        return shared.open(url)
      },
    },
  )
  await using _ = server
  await server.start(await server.client(), 'patient [[sim tokens=5]]')
  expect(attempts).toBe(2)
  expect(server.logs.map(({ msg }) => msg)).toContain('the database cannot be opened; trying again')
})

test('a database of a newer version is not tried again: the server is never ready, and says why', async () => {
  let attempts = 0
  await using server = await startTestServer(
    {},
    {
      openDatabase() {
        attempts += 1
        return Promise.reject(new DatabaseError('newer', 'The database has migrations of tomorrow.'))
      },
    },
  )
  await expect(server.opened).rejects.toMatchObject({ code: 'newer' })
  expect((await fetch(`${server.url}/readyz`)).status).toBe(503)
  const { status, body } = await (await server.client()).call('chat.send', question())
  expect([status, body.error.data.code]).toEqual([503, 'SERVICE_UNAVAILABLE'])
  expect(attempts).toBe(1)
  expect(server.logs.filter(({ level }) => Number(level) >= 50)).toMatchObject([
    { msg: 'the database cannot be opened', err: { message: 'The database has migrations of tomorrow.' } },
  ])
})

test('a server that is closed while it opens its database stops trying', async () => {
  let attempts = 0
  const server = await startTestServer(
    {},
    {
      openDatabase() {
        attempts += 1
        return Promise.reject(new Error('no such host'))
      },
    },
  )
  await server.close()
  expect(attempts).toBe(1)
})

/** The same browser at another server. */
const at = (server: TestServer, client: WireClient) => new WireClient(server.url, { cookie: client.cookie })

test('two servers on one database that are asked for the same run make one request', async () => {
  await using one = await startTestServer()
  await using other = await startTestServer()
  const client = await one.client()
  const input = question({ content: 'one of two [[sim tokens=50 tps=200]]' })
  const clients = [client, at(other, client), client, at(other, client)]
  const answers = await Promise.all(clients.map((each) => each.call('chat.send', input)))
  for (const { status, body } of answers)
    expect([status, body.result?.data]).toEqual([200, answers[0]?.body.result.data])
  const requests = [one, other].flatMap(({ simulator }) => simulator.stats().requests)
  expect(requests).toHaveLength(1)
  // One of the two writes it; a reader of the other gets all of it at its end.
  const reads = [client, at(other, client)].map(async (each) =>
    collect(await each.events({ runId: input.runId })),
  )
  const [a, b] = await Promise.all(reads)
  expect(a?.terminal).toMatchObject({ type: 'done', stopReason: 'end_turn' })
  expect([b?.text, b?.thinking, b?.position, b?.terminal]).toEqual([
    a?.text,
    a?.thinking,
    a?.position,
    a?.terminal,
  ])
  const stranger = await other.client()
  expect((await stranger.call('chat.send', input)).status).toBe(404)
  expect((await collect(await stranger.events({ runId: input.runId }))).refusals).toMatchObject([
    { code: 'NOT_FOUND' },
  ])
})

test('an answer can be read again with the same positions by a server that was started later', async () => {
  await using before = await startTestServer()
  const client = await before.client()
  const runId = await before.start(client, 'kept [[sim tokens=3000 text=emoji]]')
  const first = await collect(await client.events({ runId }))
  await before.close()
  await using after = await startTestServer()
  const again = await collect(await at(after, client).events({ runId }))
  expect(again.text === first.text).toBe(true)
  expect([again.thinking, again.position, again.terminal]).toEqual([
    first.thinking,
    first.position,
    first.terminal,
  ])
  const rest = await collect(await at(after, client).events({ runId, header: '1000' }), { after: 1000 })
  expect([rest.position, rest.terminal]).toEqual([first.position, first.terminal])
  // What is over can be stopped and acknowledged without harm, and is not started again.
  for (const [path, input] of [
    ['runs.stop', { runId }],
    ['runs.ack', { runId, readerId: randomUUID(), position: 5 }],
    ['chat.send', question({ runId })],
  ] as const)
    expect((await at(after, client).call(path, input)).status).toBe(200)
  expect(after.simulator.stats().requests).toEqual([])
})

describe.skipIf(why !== undefined)(`Postgres${why === undefined ? '' : ` (skipped: ${why})`}`, () => {
  test('while the database is away nothing is paid for, and a running answer goes on; its end is stored later', async () => {
    const postgres = await testPostgres()
    onTestFinished(() => postgres.restart().catch(() => {}))
    const DATABASE_URL = await createTestDatabase()
    await using server = await startTestServer({ DATABASE_URL })
    const client = await server.client()
    const runId = await server.start(client, 'during an outage [[sim tokens=40 tps=40]]')
    const connection = await client.events({ runId })
    const first = await collect(connection, { enough: ({ text }) => text.length > 0 })
    await postgres.crash()
    const refused = question({ content: 'in vain [[sim tokens=5]]' })
    const { status, body } = await client.call('chat.send', refused)
    expect([status, body.error.data.code]).toEqual([503, 'SERVICE_UNAVAILABLE'])
    expect(body.error.message).toBe('The database cannot be reached; try again in a moment.')
    const rest = await collect(connection, { after: first.position })
    expect(rest.terminal).toMatchObject({ type: 'done', stopReason: 'end_turn' })
    expect(server.upstream().prompt).toContain('during an outage')
    // Its end is not stored, and yet it can be read.
    expect((await collect(await client.events({ runId }))).terminal).toEqual(rest.terminal)

    await postgres.restart()
    // Nor is it started again.
    expect((await client.call('chat.send', { ...refused, runId })).status).toBe(200)
    expect(server.upstream().prompt).toContain('during an outage')
    expect((await client.call('chat.send', refused)).status).toBe(200)
    await collect(await client.events({ runId: refused.runId }))
    await server.close()
    const stored = await openDatabase(DATABASE_URL)
    const { rows }: any = await stored.db.execute('select id, "end" from run')
    expect(rows.map(({ id, end }: any) => [id, JSON.parse(end).type])).toEqual(
      expect.arrayContaining([
        [runId, 'done'],
        [refused.runId, 'done'],
      ]),
    )
    await stored.close()
  })

  test('an end that could not be stored before the server ends is logged with all that is needed to find it', async () => {
    const postgres = await testPostgres()
    onTestFinished(() => postgres.restart())
    await using server = await startTestServer({ DATABASE_URL: await createTestDatabase() })
    const client = await server.client()
    const runId = await server.start(client, 'lost [[sim fault=hang]]')
    await postgres.crash()
    await client.call('runs.stop', { runId })
    await server.close()
    const line = server.logs.find(({ msg }) => msg === 'the end of a run was not stored')
    expect(line).toMatchObject({ runId, owner: expect.any(String) })
    expect(JSON.parse(String(line?.['end']))).toMatchObject({ type: 'done', stopReason: 'stopped' })
    // What was asked and answered is nothing for the log.
    expect(JSON.stringify(server.logs)).not.toContain('insert into')
    expect(JSON.stringify(server.logs)).not.toContain('update \\"run')
  })

  test('a server ends the runs of one that is silent, after its own beats have arrived for as long', async () => {
    const url = await createTestDatabase()
    const watcher = await openDatabase(url)
    const [dead, living] = [randomUUID(), randomUUID()]
    const claim = { owner: 'ann', model: 'a-model', maxCostUsd: 0 }
    for (const instance of [dead, living]) {
      await beat(watcher.db, instance)
      await claimRun(watcher.db, { ...claim, id: `of ${instance}`, instance })
    }
    await watcher.db.execute(`update instance set beat_at = now() - interval '31 s' where id = '${dead}'`)
    const instance = randomUUID()
    // How many beats of the new server are stored when it ends the run.
    await watcher.db.execute(`
      create table beat_log (id text);
      create table judgement (beats int);
      create function log_beat() returns trigger language plpgsql as
        $$ begin insert into beat_log values (new.id); return null; end $$;
      create function log_judgement() returns trigger language plpgsql as
        $$ begin insert into judgement select count(*) from beat_log where id = '${instance}'; return null; end $$;
      create trigger log_beat after insert or update on instance for each row execute function log_beat();
      create trigger log_judgement after update on run for each row execute function log_judgement();
    `)
    const database = createServerDatabase({
      url,
      instance,
      logger: pino({ level: 'silent' }),
      beatMs: 1,
    })
    await database.open()
    await until(async () => (await readRun(watcher.db, 'ann', `of ${dead}`))?.end !== null)
    expect(await readRun(watcher.db, 'ann', `of ${living}`)).toMatchObject({ end: null })
    expect(JSON.parse((await readRun(watcher.db, 'ann', `of ${dead}`))?.end ?? '')).toMatchObject({
      code: 'interrupted',
    })
    const { rows: judgements }: any = await watcher.db.execute('select beats from judgement')
    // The one at the opening, and 30 s of them.
    expect(judgements).toEqual([{ beats: 7 }])
    await database.close()
    // Only the one that still beats is left.
    const { rows }: any = await watcher.db.execute('select id from instance')
    expect(rows).toEqual([{ id: living }])
    await watcher.close()
  })
})
