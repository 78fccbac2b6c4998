import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { collect } from '../testing/collect.ts'
import { onBothEngines } from '../testing/on-both-engines.ts'
import { startTestServer } from '../testing/start-test-server.ts'
import { WireClient } from '../testing/wire-client.ts'
import {
  ACCOUNTS,
  createAccount,
  errorOf,
  PASSWORD,
  SESSION_ENDED,
  signUp,
  who,
  withMinutes,
} from './testing/person.ts'

const titles = async (client: WireClient) =>
  (await client.query('conversations.list')).body.result.data.conversations.map(({ title }: any) => title)

onBothEngines((database) => {
  const start = async (env = {}, options = {}) =>
    startTestServer({ ...ACCOUNTS, ...env }, { database: await database(), ...options })

  test('a person signs up, out, and in again, and is the same owner', async () => {
    await using server = await start()
    const client = await server.client()
    expect(await who(client)).toEqual({ github: false })
    const ada = await signUp(server, client)
    expect(await who(client)).toEqual({ github: false, email: ada.email })
    await server.start(client, 'Ada’s [[sim tokens=5]]')

    expect((await client.auth('sign-out')).status).toBe(200)
    expect(client.cookie).toBeUndefined()
    expect(await titles(client)).toEqual([])
    for (const wrong of [{ password: 'wrong horse' }, { email: 'nobody@example.com' }])
      expect(await client.auth('sign-in/email', { ...ada, ...wrong })).toMatchObject({
        status: 401,
        body: { code: 'INVALID_EMAIL_OR_PASSWORD' },
      })
    expect(await who(client)).toEqual({ github: false })

    const email = ada.email.toUpperCase()
    expect((await client.auth('sign-in/email', { email, password: PASSWORD })).status).toBe(200)
    expect(await titles(client)).toEqual(['Ada’s [[sim tokens=5]]'])
    const bob = new WireClient(server.url)
    await signUp(server, bob)
    expect(await titles(bob)).toEqual([])
  })

  test('a guest who signs in keeps everything, a live answer too, and is then no guest', async () => {
    await using server = await start()
    const client = await server.client()
    const guest = new WireClient(server.url, { cookie: client.cookie })
    const ended = await server.start(client, 'before [[sim tokens=5]]')
    await collect(await client.events({ runId: ended }))
    const ada = await createAccount(server, client)
    const live = await server.start(client, 'in the middle [[sim tps=200 tokens=300]]')
    const reading = await client.events({ runId: live })
    const first = await collect(reading, { enough: ({ text }) => text.length > 20 })
    await client.auth('sign-in/email', ada)

    // As when a page loads: all of its first requests have both cookies.
    const [events, list] = await Promise.all([client.events({ runId: live }), titles(client), who(client)])
    expect(list).toHaveLength(2)
    expect(client.cookie).not.toContain('sluice_session')
    const [old, same] = await Promise.all([collect(reading, { after: first.position }), collect(events)])
    expect([old.terminal?.type, same.terminal?.type]).toEqual(['done', 'done'])
    expect(same.text).toBe(first.text + old.text)
    expect(server.simulator.stats().messages).toBe(2)
    expect(await titles(guest)).toEqual([])
    expect((await client.query('account.usage')).body.result.data).toMatchObject([{ runs: 2 }])
  })

  test('a stream ends with a 401 within a minute after its session was revoked, and opens no more; one of another session goes on', async () => {
    const clock = withMinutes()
    await using server = await start({ GRACE_MS: '60000' }, { clock })
    const [here, there] = [await server.client(), await server.client()]
    const ada = await signUp(server, here)
    await there.auth('sign-in/email', ada)
    const runId = await server.start(here, 'long [[sim tps=100 tokens=20000 thinking=0]]')
    const [mine, theirs] = [await here.events({ runId }), await there.events({ runId })]
    const enough = ({ text }: { text: string }) => text.length > 20
    const [soFar, last] = [await collect(mine, { enough }), await collect(theirs, { enough })]

    expect((await here.auth('revoke-other-sessions')).status).toBe(200)
    clock.pass()
    const { refusals } = await collect(theirs, { after: last.position })
    expect(refusals).toEqual([{ message: 'You were signed out. Sign in again.', code: 'UNAUTHORIZED' }])
    const ack = { runId, readerId: randomUUID(), position: 0 }
    expect(errorOf(await there.call('runs.ack', ack))).toMatchObject(SESSION_ENDED)
    expect((await there.events({ runId })).status).toBe(401)
    expect((await here.call('runs.stop', { runId })).status).toBe(200)
    const rest = await collect(mine, { after: soFar.position })
    expect(rest.terminal).toMatchObject({ type: 'done', stopReason: 'stopped' })
    // Its page signs out, and is a guest's.
    await there.auth('sign-out')
    expect(await who(there)).toEqual({ github: false })
  })

  test('who deletes the account deletes all that it has, and is a guest', async () => {
    await using server = await start()
    const [client, other] = [await server.client(), await server.client()]
    const ada = await signUp(server, client)
    await signUp(server, other)
    await server.start(client, 'Ada’s [[sim tps=100 tokens=20000]]')
    await server.start(other, 'Bob’s [[sim tokens=5]]')
    const token = client.cookie
    expect((await client.auth('delete-user')).status).toBe(200)
    expect((await server.simulator.waitFor(({ open }) => open === 0)).requests[0]?.outcome).toBe('aborted')
    expect(await who(client)).toEqual({ github: false })
    const late = new WireClient(server.url, { cookie: token })
    expect(errorOf(await late.query('conversations.list'))).toMatchObject(SESSION_ENDED)
    expect((await client.auth('sign-in/email', ada)).status).toBe(401)
    await signUp(server, client, ada)
    expect(await titles(client)).toEqual([])
    expect(await titles(other)).toHaveLength(1)
  })
})
