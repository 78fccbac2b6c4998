import { once } from 'node:events'
import { connect } from 'node:net'
import { startRedis } from '@sluice/runs-redis/testing'
import { expect, onTestFinished, test } from 'vitest'
import { collect } from './testing/collect.ts'
import { onRedisAndPostgres } from './testing/on-redis-and-postgres.ts'
import { question } from './testing/question.ts'
import type { TestServer } from './testing/start-test-server.ts'
import { until } from './testing/until.ts'
import type { WireClient } from './testing/wire-client.ts'

/** Sends a command as telnet does. */
async function command(port: number, line: string): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  socket.write(`${line}\r\n`)
  const [reply] = await once(socket.setEncoding('utf8'), 'data')
  socket.destroy()
  expect(reply).toMatch(/^[+:]/)
}

const logged = ({ logs }: TestServer, text: string) => logs.filter(({ msg }) => msg === text)
const AWAY = 'redis cannot be reached; trying again'

/** Starts a run again and again until it is started. */
async function startWhenPossible(client: WireClient, input = question()): Promise<void> {
  await until(async () => (await client.call('chat.send', input)).status === 200)
  expect((await collect(await client.events({ runId: input.runId }))).terminal?.type).toBe('done')
}

async function expectRefusal(server: TestServer, client: WireClient): Promise<void> {
  const before = server.simulator.stats().messages
  const { status, body } = await client.call('chat.send', question())
  expect([status, body.error.data.code]).toEqual([503, 'SERVICE_UNAVAILABLE'])
  expect(server.simulator.stats().messages).toBe(before)
}

onRedisAndPostgres((shared) => {
  test('without Redis at its start, a server is ready, says so once, and starts no runs until Redis is there', async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.close())
    await redis.kill()
    await using server = await shared().start({ REDIS_URL: redis.url, STARTS_PER_MINUTE: '1' })
    for (const path of ['healthz', 'readyz'])
      expect((await fetch(`${server.url}/${path}`)).status, path).toBe(200)
    const client = await server.client()
    await expectRefusal(server, client)
    // What was not started does not count as a start.
    await expectRefusal(server, client)
    await redis.restart()
    await startWhenPossible(client)
    await server.opened
    expect(logged(server, AWAY)).toHaveLength(1)
    expect(logged(server, 'redis is connected')).toHaveLength(1)
  })

  test('when Redis is lost, an answer goes on where it is written, no run is started, and a reader elsewhere waits', async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.close())
    const env = { REDIS_URL: redis.url, METRICS_PORT: '0' }
    await using server = await shared().start(env)
    await using other = await shared().start(env)
    const client = await server.client()
    const atOther = await other.client()
    const input = question({ content: 'during an outage [[sim tps=100 tokens=300]]' })
    await startWhenPossible(atOther)
    await until(async () => (await client.call('chat.send', input)).status === 200)
    const local = await client.events({ runId: input.runId })
    const first = await collect(local, { enough: ({ text }) => text.length > 20 })
    await redis.kill()
    await until(() => logged(server, AWAY).length === 1)
    await expectRefusal(server, client)
    await expectRefusal(other, atOther)
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    expect(await (await fetch(server.metricsUrl ?? '')).text()).toContain('sluice_redis_up 0\n')
    const rest = await collect(local, { after: first.position })
    expect(rest.terminal).toMatchObject({ type: 'done', stopReason: 'end_turn' })
    await redis.restart()
    await startWhenPossible(client)
    expect(logged(server, AWAY)).toHaveLength(1)
  })

  test('a Redis that evicts keys is refused with what to set', async () => {
    const redis = await startRedis('--maxmemory-policy', 'allkeys-lru')
    onTestFinished(() => redis.close())
    await using server = await shared().start({ REDIS_URL: redis.url })
    await expect(server.opened).rejects.toThrow(
      'Redis has the maxmemory-policy allkeys-lru, and would drop live answers when it is full. Set it with CONFIG SET ' +
        'maxmemory-policy noeviction, and in its configuration.',
    )
  })

  test('a Redis that evicts keys later does not end a server, nor does one that does not tell', async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.close())
    await using server = await shared().start({ REDIS_URL: redis.url })
    await server.opened
    const reconnect = async () => {
      const before = logged(server, 'redis is connected').length
      await command(redis.port, 'CLIENT KILL TYPE pubsub')
      await until(() => logged(server, 'redis is connected').length > before)
    }
    await command(redis.port, 'CONFIG SET maxmemory-policy allkeys-lru')
    await reconnect()
    await until(() => logged(server, 'redis may evict live answers').length === 1)
    await command(redis.port, 'ACL SETUSER default -info')
    await reconnect()
    await until(() => logged(server, 'redis does not tell its eviction policy').length === 1)
    await expect(server.opened).resolves.toBeDefined()
    await startWhenPossible(await server.client())
  })

  test('while Redis is full no run is started', async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.close())
    await using server = await shared().start({ REDIS_URL: redis.url })
    const client = await server.client()
    await startWhenPossible(client)
    await command(redis.port, 'CONFIG SET maxmemory 1')
    await expectRefusal(server, client)
    expect(logged(server, 'redis failed').length).toBeGreaterThan(0)
    await command(redis.port, 'CONFIG SET maxmemory 0')
    await startWhenPossible(client)
  })
})
