import { randomUUID } from 'node:crypto'
import type { RunEvent, TypedRun } from '@sluice/events'
import type { inferRouterOutputs } from '@trpc/server'
import { expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import type { AppRouter } from '../routers/app-router.ts'
import { appRouter } from '../routers/app-router.ts'
import { startRun } from '../start-run.ts'
import { collect } from '../testing/collect.ts'
import { recordRequests } from '../testing/record-requests.ts'
import { startTestServer, type TestServer } from '../testing/start-test-server.ts'
import type { WireClient } from '../testing/wire-client.ts'
import { mergeRouters, procedure, router } from '../trpc.ts'

const TEXT = 'Locks have two gates. Fill the chamber first! Then open “the upper” gate.'

const jsonIn = (events: readonly RunEvent[]) =>
  events.map((event) => (event.type === 'json' ? event.text : '')).join('')

async function draft(server: TestServer, text: string, client?: WireClient) {
  client ??= await server.client()
  const runId = randomUUID()
  const { status, body } = await client.call('notes.draft', { runId, text })
  expect([status, body.result?.data]).toEqual([200, { runId }])
  return { client, runId, ...(await collect(await client.events({ runId }))) }
}

test('a pasted text becomes notes, each of which can be added', async () => {
  await using requests = await recordRequests()
  await using server = await startTestServer({ ANTHROPIC_BASE_URL: requests.url })
  requests.target = server.simulator.url
  const { client, events, terminal } = await draft(server, TEXT)
  expect(terminal).toMatchObject({ type: 'done', stopReason: 'end_turn', costUsd: expect.any(Number) })
  expect(events.some(({ type }) => type === 'text')).toBe(false)
  const { notes } = JSON.parse(jsonIn(events))
  expect(notes.map(({ title }: any) => title)).toEqual([
    'Locks have two gates',
    'Fill the chamber first',
    'Then open “the upper” gate',
  ])
  for (const note of notes) expect((await client.call('notes.add', note)).status).toBe(200)
  const [{ output_config: config, messages }] = requests.bodies
  expect(config).toMatchObject({ effort: 'low', format: { type: 'json_schema', schema: { type: 'object' } } })
  expect(messages).toHaveLength(1)
})

test('it is resumed at every position, started once, and read again after its end', async () => {
  await using server = await startTestServer()
  const { client, runId, events, position } = await draft(server, TEXT)
  const json = jsonIn(events)
  // After `start` and whatever was thought.
  const before = events.findIndex(({ type }) => type === 'json')
  const start = events
    .slice(0, before)
    .reduce((sum, event) => sum + ('text' in event ? event.text.length : 1), 0)
  for (let at = 0; at <= json.length; at += 7) {
    const after = start + at
    const rest = await collect(await client.events({ runId, header: String(after) }), { after })
    expect([jsonIn(rest.events), rest.position]).toEqual([json.slice(at), position])
  }
  expect((await client.call('notes.draft', { runId, text: 'Another text' })).status).toBe(200)
  expect(server.simulator.stats().requests).toHaveLength(1)
  // A stranger does not see it.
  const stranger = await collect(await (await server.client()).events({ runId }))
  expect(stranger.refusals).toMatchObject([{ code: 'NOT_FOUND' }])
})

test.each([
  [`output='{"notes":[{"title":"","text":""}]}'`, /does not fit: notes\[0\]\.title: Too small/],
  [`output='{"notes":{"length":1}}'`, /notes: Invalid input: expected array, received object/],
  [`output='{"notes":[],"notes":"[]"}'`, /notes: Invalid input: expected array, received string/],
  [`output='{"__proto__":{"notes":[]}}'`, /notes: Invalid input: expected array, received undefined/],
  [`output='I would rather not.'`, /not the JSON that was asked for/],
  ['fault=badinput', /notes: Invalid input/],
  ['fault=max_tokens@2', /Cut off/],
])(
  'an answer that does not fit, %s, is an error that says why and what the answer cost',
  async (directive, says) => {
    await using server = await startTestServer()
    const { terminal } = await draft(server, `${TEXT} [[sim ${directive}]]`)
    expect(terminal).toMatchObject({
      type: 'error',
      code: 'invalid_output',
      message: expect.stringMatching(says),
    })
    expect(terminal).toMatchObject({ usage: { estimated: false }, costUsd: expect.any(Number) })
  },
)

test('a refusal and a lost connection are what they are elsewhere', async () => {
  await using server = await startTestServer()
  const codeOf = async (fault: string) => {
    const { terminal } = await draft(server, `${TEXT} [[sim fault=${fault}]]`)
    return terminal?.type === 'error' && terminal.code
  }
  expect(await codeOf('refusal@3')).toBe('refused')
  expect(await codeOf('reset@3')).toBe('upstream_interrupted')
})

test.each([
  [{ text: '' }, /expected some text.*text/s],
  [{ text: ' \n' }, /expected some text.*text/s],
  [{ text: 'x'.repeat(20_001) }, /20000.*text/s],
  [{ text: 'x', runId: 'one' }, /UUID.*runId/s],
  [{ text: 'x', output: {} }, /output/],
])('a draft of %j is refused', async (input, says) => {
  await using server = await startTestServer()
  const client = await server.client()
  const answer = await client.call('notes.draft', { runId: randomUUID(), ...input })
  expect(answer.status).toBe(400)
  expect(answer.body.error.message).toMatch(says)
})

test('a schema that Claude cannot take starts nothing, and the log says what is wrong with it', async () => {
  const start = procedure.input(z.object({ runId: z.uuid() })).mutation(({ ctx, input: { runId } }) =>
    startRun(ctx, {
      runId,
      request: {
        model: 'claude-opus-4-8',
        messages: [{ role: 'user', content: 'Hi' }],
        output: z.object({ scores: z.record(z.string(), z.number()) }),
      },
    }),
  )
  const routerWithIt = mergeRouters(appRouter, router({ wrong: router({ start }) }))
  await using server = await startTestServer({}, { router: routerWithIt })
  const client = await server.client()
  const runId = randomUUID()
  const { status, body } = await client.call('wrong.start', { runId })
  expect([status, body.error.message]).toEqual([500, 'Something went wrong on our side.'])
  expect(JSON.stringify(server.logs)).toContain('scores has keys that are not known before')
  expect(server.simulator.stats().requests).toEqual([])
  // The id is free.
  expect((await client.call('notes.draft', { runId, text: TEXT })).status).toBe(200)
})

test('the client knows the type of the output from the procedure', () => {
  type Drafted = inferRouterOutputs<AppRouter>['notes']['draft']
  type OutputOf<T> = T extends TypedRun<infer Output> ? Output : never
  expectTypeOf<OutputOf<Drafted>>().toEqualTypeOf<{ notes: { title: string; text: string }[] }>()
  expectTypeOf<inferRouterOutputs<AppRouter>['chat']['regenerate']>().toEqualTypeOf<{ runId: string }>()
})
