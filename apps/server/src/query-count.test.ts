import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { collect } from './testing/collect.ts'
import { startTestServer } from './testing/start-test-server.ts'
import { testDatabase } from './testing/test-database.ts'
import { until } from './testing/until.ts'

test('a frame and an ack make no query: a long answer makes the queries of a short one', async () => {
  const { open } = await testDatabase()
  const queries: string[] = []
  const onQuery = (text: string) => {
    // Beats are made by the clock.
    if (!/(into|from) "instance"/.test(text)) queries.push(text)
  }
  await using server = await startTestServer(
    { WINDOW_CHARS: '200', FRAME_MS: '1' },
    { openDatabase: (url, options) => open(url, { ...options, onQuery }) },
  )
  await server.ready()
  const client = await server.client()

  /** Reads an answer of so many tokens, with an ack for each frame. */
  const answer = async (tokens: number) => {
    queries.length = 0
    const runId = await server.start(client, `count [[sim tokens=${tokens} thinking=0]]`)
    const readerId = randomUUID()
    let acks = 0
    const { terminal } = await collect(await client.events({ runId, readerId }), {
      async enough({ position }) {
        acks += 1
        const { status } = await client.call('runs.ack', { runId, readerId, position })
        expect(status).toBe(200)
        return false
      },
    })
    expect(terminal?.type).toBe('done')
    return { acks, queries: [...queries] }
  }
  let short = await answer(5)
  // The first sweep is over when the same makes the same queries.
  await until(async () => {
    const before = short
    short = await answer(5)
    return isDeepStrictEqual(short.queries, before.queries)
  })
  const long = await answer(2000)
  expect(long.acks).toBeGreaterThan(short.acks + 20)
  expect(long.queries).toEqual(short.queries)
  expect(short.queries).toContainEqual(expect.stringContaining('insert into "run"'))
})
