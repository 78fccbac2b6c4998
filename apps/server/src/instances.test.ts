import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import type { OwnerOf } from './owner.ts'
import { collect } from './testing/collect.ts'
import { onRedisAndPostgres } from './testing/on-redis-and-postgres.ts'
import { question } from './testing/question.ts'
import { SESSION_SECRET, type TestServer } from './testing/start-test-server.ts'
import { type Execution, testTools } from './testing/test-tools.ts'
import { until } from './testing/until.ts'
import { WireClient } from './testing/wire-client.ts'

/** The same browser at another server. */
const at = ({ url }: Pick<TestServer, 'url'>, client: WireClient) =>
  new WireClient(url, { cookie: client.cookie })

const CHILD = resolve(import.meta.dirname, 'testing/serve-slow-tools.ts')

/** A server in a process of its own. */
async function startProcess(env: Record<string, string>): Promise<{ url: string; kill(): Promise<void> }> {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD], {
    env: { PORT: '0', SESSION_SECRET, ANTHROPIC_API_KEY: 'test-key', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const kill = async () => {
    child.kill('SIGKILL')
    await exited
  }
  onTestFinished(kill)
  const lines = createInterface(child.stdout)
  const url = await new Promise<string>((onReady, onFailure) => {
    let address: string | undefined
    let isUp = false
    lines.on('line', (line) => {
      const { msg, url: found } = JSON.parse(line)
      address ??= found
      isUp ||= msg === 'redis is connected'
      if (address !== undefined && isUp) onReady(address)
    })
    void exited.then(() => onFailure(new Error('the server ended')))
  })
  return { url, kill }
}

onRedisAndPostgres((shared) => {
  test('an answer is read, acknowledged and stopped at a server that does not write it', async () => {
    const env = { WINDOW_CHARS: '300' }
    await using writer = await shared().start(env)
    await using other = await shared().start({ ...env, METRICS_PORT: '0' })
    const client = await writer.client()
    const runId = await writer.start(client, 'elsewhere [[sim tps=500 tokens=60000 thinking=0]]')
    const readerId = randomUUID()
    const reading = await at(other, client).events({ runId, readerId })
    const ack = async (server: TestServer, position: number) =>
      expect((await at(server, client).call('runs.ack', { runId, readerId, position })).status).toBe(200)
    const first = await collect(reading, { enough: ({ position }) => position >= 300 })
    // Claude waits for the reader elsewhere.
    await until(() => writer.runs.paused === 1)
    await until(async () => {
      const metrics = await (await fetch(other.metricsUrl ?? '')).text()
      return ['redis_up', 'other_instances', 'runs_copied'].every((name) =>
        metrics.includes(`sluice_${name} 1\n`),
      )
    })

    await ack(other, first.position)
    const second = await collect(reading, {
      after: first.position,
      enough: ({ position }) => position >= 600,
    })
    // One that a load balancer brings to the wrong server reaches the reader too.
    await ack(writer, second.position)
    const third = await collect(reading, {
      after: second.position,
      enough: ({ position }) => position >= 900,
    })
    await ack(other, third.position)
    expect((await at(other, client).call('runs.stop', { runId })).status).toBe(200)
    const rest = await collect(reading, {
      after: third.position,
      async enough({ position }) {
        await ack(other, position)
        return false
      },
    })
    expect(rest.terminal).toMatchObject({ type: 'done', stopReason: 'stopped' })
    expect((await writer.upstreamEnd()).outcome).toBe('aborted')
    const again = await collect(await at(writer, client).events({ runId }))
    expect(again.text).toBe(first.text + second.text + third.text + rest.text)
    expect([again.position, again.terminal]).toEqual([rest.position, rest.terminal])
    const stranger = await other.client()
    expect((await stranger.call('runs.stop', { runId })).status).toBe(404)
  })

  test('a call is allowed, and a question asked again, at a server that has not written the answer', async () => {
    const executions: Execution[] = []
    const { router, tools } = testTools(async (execution) => executions.push(execution))
    await using one = await shared().start({}, { router, tools })
    await using other = await shared().start({}, { router, tools })
    const client = await one.client()
    const input = question({ content: `change [[sim tool=work.change input='{"text":"x"}']]` })
    const { messageId } = (await client.call('chat.send', input)).body.result.data
    const asked = await collect(await at(other, client).events({ runId: input.runId }))
    expect(asked.terminal).toMatchObject({ stopReason: 'approval' })
    const call = asked.events.find((event) => event.type === 'tool_call')
    const decision = { callId: call?.callId, approve: true, runId: randomUUID() }
    const decided = await Promise.all(
      [one, other].map((server) => at(server, client).call('tools.decide', decision)),
    )
    for (const { body } of decided) expect(body.result.data).toEqual({ runId: decision.runId })
    const reads = [one, other].map(async (server) =>
      collect(await at(server, client).events({ runId: decision.runId })),
    )
    for (const { events, terminal } of await Promise.all(reads)) {
      expect(terminal).toMatchObject({ stopReason: 'end_turn' })
      expect(events).toContainEqual(expect.objectContaining({ type: 'tool_result', ok: true }))
    }
    expect(executions).toHaveLength(1)
    const again = { runId: randomUUID(), messageId }
    expect((await at(other, client).call('chat.regenerate', again)).status).toBe(200)
    expect((await collect(await client.events({ runId: again.runId }))).terminal).toMatchObject({
      stopReason: 'approval',
    })
  })

  test('the starts of an owner, and those from an address, are counted over all servers', async () => {
    const env = { STARTS_PER_MINUTE: '2', STARTS_PER_MINUTE_PER_IP: '3', TRUST_PROXY: '1' }
    await using one = await shared().start(env)
    await using other = await shared().start(env)
    const headers = { 'x-forwarded-for': '192.0.2.7' }
    const first = await one.client(headers)
    const stranger = await other.client(headers)
    const start = async (server: TestServer, { cookie }: WireClient) => {
      const { status, body } = await new WireClient(server.url, { cookie, headers }).call(
        'chat.send',
        question(),
      )
      return status === 200 ? status : body.error.message
    }
    expect([
      await start(one, first),
      await start(other, first),
      await start(one, first),
      await start(other, stranger),
    ]).toEqual([200, 200, 'At most 2 questions a minute.', 'At most 3 questions a minute from one address.'])
  })

  test('the run of a server that was killed ends at another one, with what Redis has of it', async () => {
    const { redis, database, start } = shared()
    await using other = await start()
    const { url, kill } = await startProcess({
      REDIS_URL: redis.url,
      DATABASE_URL: database.url,
      ANTHROPIC_BASE_URL: other.simulator.url,
    })
    const client = await other.client()
    const input = question({ content: 'killed [[sim tps=100 tokens=9999]]' })
    expect((await at({ url }, client).call('chat.send', input)).status).toBe(200)
    const reading = await client.events({ runId: input.runId })
    const first = await collect(reading, { enough: ({ text }) => text.length > 200 })
    await kill()
    const rest = await collect(reading, { after: first.position })
    expect(rest.terminal).toMatchObject({ type: 'error', code: 'interrupted', retryable: true })

    const { db, close } = await database.open(database.url)
    onTestFinished(close)
    const { rows }: any = await db.execute(`select * from run where id = '${input.runId}'`)
    const [{ log, end, instance, budget_usd: budget }] = rows
    expect(JSON.parse(end)).toEqual(rest.terminal)
    const stored = JSON.parse(log).filter(({ type }: { type: string }) => type === 'text')
    expect(stored.map(({ text }: { text: string }) => text).join('')).toBe(first.text + rest.text)
    // What it has cost is not known: it counts with the most that it can cost.
    expect(Number(budget)).toBeGreaterThan(1)
    await until(async () => {
      const { rows: left }: any = await db.execute(`select * from instance where id = '${instance}'`)
      return left.length === 0
    })
    expect(other.logs).toContainEqual(
      expect.objectContaining({
        msg: 'ended the runs of a process that died',
        runIds: [input.runId],
      }),
    )
    // And it can be found by what it says.
    const [word] = first.text.match(/\w{8,}/) ?? []
    const found = await client.query('conversations.search', { words: word })
    expect(JSON.stringify(found.body.result.data)).toContain(input.conversationId)
  })

  test('a sign-in, and the deletion of all content, reach the server that writes an answer', async () => {
    const byName: OwnerOf = ({ headers }) => String(headers['x-user'])
    await using writer = await shared().start({}, { ownerOf: byName })
    await using other = await shared().start({}, { ownerOf: byName })
    const as = (server: TestServer, name: string) =>
      new WireClient(server.url, { headers: { 'x-user': name } })
    const [guest, ann] = [`guest-${randomUUID()}`, randomUUID()]
    const runId = await writer.start(as(writer, guest), 'handed over [[sim tps=100 tokens=9999]]')
    const reading = await as(writer, guest).events({ runId })
    const first = await collect(reading, { enough: ({ text }) => text.length > 20 })

    await other.adopt(guest, ann)

    await until(async () => (await as(writer, guest).call('runs.stop', { runId })).status === 404)
    for (const server of [writer, other]) {
      const mine = await as(server, ann).events({ runId })
      expect((await collect(mine, { enough: ({ text }) => text.length > 20 })).refusals).toEqual([])
      mine.destroy()
    }

    expect((await as(other, ann).call('account.deleteContent', undefined)).status).toBe(200)

    expect((await collect(reading, { after: first.position })).terminal).toMatchObject({
      stopReason: 'stopped',
    })
    expect((await writer.upstreamEnd()).outcome).toBe('aborted')
    expect((await as(other, ann).query('conversations.list')).body.result.data.conversations).toEqual([])
  })
})
