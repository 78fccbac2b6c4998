import { expect, test } from 'vitest'
import { collect } from './testing/collect.ts'
import { question } from './testing/question.ts'
import { startTestServer, type TestServer } from './testing/start-test-server.ts'
import { ownDatabase } from './testing/test-database.ts'
import type { WireClient } from './testing/wire-client.ts'

/** Asks, and reads the answer to its end. */
async function ask(client: WireClient, content: string, follows: object = {}) {
  const input = question({ content, ...follows })
  expect((await client.call('chat.send', input)).status).toBe(200)
  const { events, terminal } = await collect(await client.events({ runId: input.runId }))
  return { ...input, events, terminal }
}

const offered = ({ simulator }: TestServer) => simulator.stats().requests.at(-1)?.tools

test.each([
  [{}, []],
  [{ WEB_SEARCH: '0', WEB_FETCH: '0' }, []],
  [{ WEB_SEARCH: '1' }, ['web_search']],
  [{ WEB_SEARCH: '1', WEB_FETCH: '1' }, ['web_search', 'web_fetch']],
])('with %j Claude is offered %j', async (env: Record<string, string>, tools) => {
  await using server = await startTestServer(env)
  await ask(await server.client(), 'Search the web for locks')
  expect(offered(server)).toEqual(tools)
})

test('what a search returned goes back with the next question, and its fee is in the cost of the run', async () => {
  await using server = await startTestServer({ WEB_SEARCH: '1' })
  const client = await server.client()
  const first = await ask(client, 'Search the web for locks [[sim search=2 tokens=20 thinking=20]]')
  const pages = first.events.filter(({ type }) => type === 'source')
  // Two searches found three each; five citations.
  expect(pages.filter((page) => 'callId' in page)).toHaveLength(6)
  expect(pages.filter((page) => !('callId' in page))).toHaveLength(5)
  expect(first.terminal).toMatchObject({ type: 'done', stopReason: 'end_turn' })
  const { usage, costUsd } = first.terminal as { usage: { inputTokens: number }; costUsd: number }
  expect(usage.inputTokens).toBeLessThan(100)
  expect(costUsd).toBeGreaterThan(0.02)
  const { body } = await client.query('conversations.get', { conversationId: first.conversationId })
  expect(JSON.stringify(body)).toContain(`"costUsd":${costUsd}`)

  const follows = { conversationId: first.conversationId, parentId: first.runId }
  const second = await ask(client, 'And weirs? [[sim tokens=5]]', follows)
  // The simulator refuses what is not as it was.
  expect(second.terminal).toMatchObject({ type: 'done', stopReason: 'end_turn' })
})

test('the fees of searches use up a budget', async () => {
  const env = { WEB_SEARCH: '1', DAILY_USD_PER_OWNER: '0.04', MAX_OUTPUT_TOKENS: '100' }
  await using server = await startTestServer(env, { database: await ownDatabase() })
  const client = await server.client()
  await ask(client, 'Locks? [[sim search=4 tokens=5 thinking=0]]')
  expect((await client.call('chat.send', question())).status).toBe(429)
})
