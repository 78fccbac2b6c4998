import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { collect } from './testing/collect.ts'
import { startTestServer } from './testing/start-test-server.ts'
import { testTools } from './testing/test-tools.ts'

const WINDOW = 2000

test('a reader that does not ack stops the loop before the next step, and a tool’s input counts', async () => {
  const executed: string[] = []
  const { router, tools } = testTools(async ({ runId }) => executed.push(runId))
  await using server = await startTestServer({ WINDOW_CHARS: String(WINDOW) }, { router, tools })
  const client = await server.client()
  const input = JSON.stringify({ text: 'x'.repeat(2 * WINDOW) })
  const directive = `[[sim tool=work.look input='${input}' rounds=2 thinking=0 tokens=5]]`
  const requestsOf = (prompt: string) =>
    server.simulator.stats().requests.filter((request) => request.prompt === prompt).length
  /** Reads and acks to the end. */
  const readAll = async (runId: string, after = 0) => {
    const readerId = randomUUID()
    const connection = await client.events({ runId, readerId, header: String(after) })
    const ack = (position: number) => client.call('runs.ack', { runId, readerId, position })
    await ack(after)
    return collect(connection, {
      after,
      enough: async ({ position }) => {
        await ack(position)
        return false
      },
    })
  }

  const slow = await server.start(client, `slow ${directive}`)
  const connection = await client.events({ runId: slow, readerId: randomUUID() })
  const part = await collect(connection, { enough: ({ position }) => position >= WINDOW })
  expect([part.position, part.events.at(-1)?.type]).toEqual([WINDOW, 'tool_input'])

  const quick = await server.start(client, `quick ${directive}`)
  expect((await readAll(quick)).terminal).toMatchObject({ stopReason: 'end_turn' })
  // Which was time enough for the slow one to go on.
  expect([requestsOf('quick'), requestsOf('slow'), executed]).toEqual([3, 1, [quick, quick]])

  connection.destroy()
  expect((await readAll(slow, WINDOW)).terminal).toMatchObject({ stopReason: 'end_turn' })
  expect([requestsOf('slow'), executed]).toEqual([3, [quick, quick, slow, slow]])
})
