import { randomUUID } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { collect } from './testing/collect.ts'
import { startTestServer } from './testing/start-test-server.ts'
import { procedure, router } from './trpc.ts'

const SECRET = 'password of accounts-db-1'
const fail = () => {
  throw new Error(SECRET)
}

test('a bug in a procedure is answered with a general 500, and logged', async () => {
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

test('an output that does not fit is a bug too: its fields are not shown', async () => {
  const wrong = procedure.output(z.object({ password: z.string() })).query(() => ({ password: 5 }) as never)
  await using server = await startTestServer({}, { router: router({ wrong }) })
  const response = await fetch(`${server.url}/trpc/wrong`)
  expect(response.status).toBe(500)
  expect(await response.json()).toMatchObject({ error: { message: 'Something went wrong on our side.' } })
  expect(server.logs).toContainEqual(expect.objectContaining({ path: 'wrong', msg: 'procedure failed' }))
})

test('a bug while a run is read ends its stream with a general error, and is logged', async () => {
  await using server = await startTestServer()
  vi.spyOn(server.runs, 'read').mockImplementation(fail)
  const client = await server.client()
  const { refusals } = await collect(await client.events({ runId: randomUUID() }))
  expect(refusals).toEqual([{ code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong on our side.' }])
  expect(server.logs).toContainEqual(
    expect.objectContaining({ path: 'runs.events', err: expect.objectContaining({ message: SECRET }) }),
  )
})
