import { manualClock } from '@sluice/runs/testing'
import { expect, test } from 'vitest'
import type { OnDisconnect } from './on-disconnect.ts'
import { collect } from './testing/collect.ts'
import { startTestServer } from './testing/start-test-server.ts'
import { until } from './testing/until.ts'
import { WireClient } from './testing/wire-client.ts'

/** A server whose graces pass only when the test says so. */
async function startOnManualClock(env: Record<string, string> = {}) {
  const clock = manualClock()
  const server = await startTestServer({ FRAME_MS: '0', GRACE_MS: '400', ...env }, { clock })
  return { server, clock }
}

const ENDLESS = '[[sim tps=100 tokens=60000]]'

test('a run with onDisconnect `continue` goes on after its reader left, and is whole on return, with its cost', async () => {
  const { server, clock } = await startOnManualClock({ WINDOW_CHARS: '1000' })
  await using _ = server
  const client = await server.client()
  const prompt = 'go on [[sim tps=4000 tokens=4000]]'
  const runId = await server.start(client, prompt, { onDisconnect: 'continue' })
  const connection = await client.events({ runId })
  await collect(connection, { enough: ({ text }) => text.length > 20 })
  connection.destroy()
  await until(() => server.runs.readers === 0)
  await clock.advance(10_000)
  expect((await server.upstreamEnd()).outcome).toBe('completed')
  const { text, terminal } = await collect(await client.events({ runId }))
  expect(text === server.upstream().text).toBe(true)
  expect(terminal).toMatchObject({ type: 'done', stopReason: 'end_turn', usage: { estimated: false } })
  expect(terminal?.costUsd).toBeGreaterThan(0)
})

test('no run outlives RUN_MAX_MS without readers', async () => {
  const { server, clock } = await startOnManualClock({ RUN_MAX_MS: '60000' })
  await using _ = server
  const client = await server.client()
  const runId = await server.start(client, `too long ${ENDLESS}`, { onDisconnect: 'continue' })
  await server.simulator.waitFor(({ open }) => open === 1)
  await clock.advance(59_999)
  expect(server.upstream().outcome).toBe('open')
  await clock.advance(1)
  expect((await server.upstreamEnd()).outcome).toBe('aborted')
  const { terminal } = await collect(await client.events({ runId }))
  expect(terminal).toMatchObject({ type: 'error', code: 'upstream_timeout' })
})

test('what was written before the reader left is kept with its cost, also by a server that was started later', async () => {
  const { server: before, clock } = await startOnManualClock()
  await using _ = before
  const client = await before.client()
  const runId = await before.start(client, `leaving ${ENDLESS}`)
  const connection = await client.events({ runId })
  const seen = await collect(connection, { enough: ({ text }) => text.length > 20 })
  connection.destroy()
  await until(() => before.runs.readers === 0)
  await clock.advance(400)
  const { text, terminal } = await collect(await client.events({ runId }))
  expect(text.startsWith(seen.text)).toBe(true)
  expect(terminal).toMatchObject({ type: 'error', code: 'abandoned', usage: { estimated: true } })
  expect(terminal?.costUsd).toBeGreaterThan(0)
  await before.close()

  await using after = await startTestServer()
  const again = await collect(await new WireClient(after.url, { cookie: client.cookie }).events({ runId }))
  expect([again.text, again.terminal]).toEqual([text, terminal])
})

test.each<[variable: string | undefined, asked: OnDisconnect | undefined, end: 'aborted' | 'completed']>([
  [undefined, undefined, 'aborted'],
  [undefined, 'continue', 'completed'],
  ['continue', undefined, 'completed'],
  ['continue,abort', undefined, 'completed'],
  ['continue,abort', 'abort', 'aborted'],
  ['abort', 'abort', 'aborted'],
])('with ON_DISCONNECT %s, an unread run that asks for %s is %s', async (variable, asked, end) => {
  const { server, clock } = await startOnManualClock(
    variable === undefined ? {} : { ON_DISCONNECT: variable },
  )
  await using _ = server
  const directive = end === 'aborted' ? ENDLESS : '[[sim tps=100 tokens=60]]'
  await server.start(await server.client(), `unread ${directive}`, { onDisconnect: asked })
  await server.simulator.waitFor(({ open }) => open === 1)
  await clock.advance(400)
  expect((await server.upstreamEnd()).outcome).toBe(end)
})

test.each<[allowed: OnDisconnect, asked: OnDisconnect]>([
  ['abort', 'continue'],
  ['continue', 'abort'],
])(
  'where only %s is allowed, a start that asks for %s is refused, and models.list says so',
  async (allowed, asked) => {
    await using server = await startTestServer({ ON_DISCONNECT: allowed })
    const client = await server.client()
    expect((await client.query('models.list')).body.result.data.onDisconnect).toEqual([allowed])
    await expect(server.start(client, 'in vain', { onDisconnect: asked })).rejects.toThrow(
      new RegExp(`400.*onDisconnect is ${asked}; this server allows ${allowed}\\.`),
    )
    expect(server.simulator.stats().requests).toEqual([])
  },
)
