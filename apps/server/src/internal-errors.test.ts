import { randomUUID } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { collect } from './testing/collect.ts'
import { startTestServer } from './testing/start-test-server.ts'
import { procedure, router } from './trpc.ts'

const SECRET = 'password of accounts-db-1'
const fail = () => {
  throw new Error(SECRET)
}

test('a bug in a procedure is a 500 that says nothing of it, and stands in the log', async () => {
  await using server = await startTestServer({}, { router: router({ fail: procedure.query(fail) }) })
  const response = await fetch(`${server.url}/trpc/fail`)
  expect(response.status).toBe(500)
  expect(await response.json()).toEqual({
    error: {
      message: 'Something went wrong on our side.',
      code: -32_603,
      data: { code: 'INTERNAL_SERVER_ERROR', httpStatus: 500, path: 'fail' },
    },
  })
  expect(server.logs).toContainEqual(
    expect.objectContaining({ path: 'fail', err: expect.objectContaining({ message: SECRET }) }),
  )
})

test('a bug in reading a run ends its stream with as little, and stands in the log', async () => {
  await using server = await startTestServer()
  vi.spyOn(server.runs, 'read').mockImplementation(fail)
  const client = await server.client()
  const { refusals } = await collect(await client.events({ runId: randomUUID() }))
  expect(refusals).toEqual([{ code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong on our side.' }])
  expect(server.logs).toContainEqual(
    expect.objectContaining({ path: 'runs.events', err: expect.objectContaining({ message: SECRET }) }),
  )
})
