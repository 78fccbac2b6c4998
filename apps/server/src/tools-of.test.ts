import { randomUUID } from 'node:crypto'
import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { MAX_OUTPUT_CHARS } from '@sluice/events'
import { afterEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { Context } from './context.ts'
import { appRouter } from './routers/app-router.ts'
import { createProbeRouter, PROBE_PATHS } from './testing/probe-router.ts'
import { toolsOf } from './tools-of.ts'
import { procedure, router } from './trpc.ts'

afterEach(() => void vi.useRealTimers())

/** Tools of the probe, and what was reported. `call` takes the name of one of its procedures. */
function setUp() {
  const probe = createProbeRouter()
  const failures: { error: unknown; path: string; runId: string; callId: string }[] = []
  const tools = toolsOf(probe.probeRouter, PROBE_PATHS, { onError: (failure) => failures.push(failure) })
  const runId = randomUUID()
  const callId = randomUUID()
  return {
    ...probe,
    failures,
    tools,
    runId,
    callId,
    call: (
      name: string,
      input: unknown = {},
      { owner = 'bob', signal = new AbortController().signal } = {},
    ) =>
      tools.call(
        { owner } as Context,
        {
          runId,
          callId,
          name: `probe__${name}`,
          input: typeof input === 'string' ? input : JSON.stringify(input),
        },
        signal,
      ),
  }
}

const IDS = { runId: '', callId: '' }
const tool = procedure.meta({ tool: { description: 'For tests.' } })
// `any`, because the types refuse most of what these tests try.
const one = (add: any) => () => toolsOf(router({ things: router({ add }) }), ['things.add'] as any)

test('a procedure is offered with its description and the schema of its input', () => {
  const add = procedure
    .meta({ tool: { description: 'Adds a thing.' } })
    .input(z.strictObject({ name: z.string().max(20).describe('In one word.'), at: z.iso.date().optional() }))
    .mutation(() => {})
  const { definitions } = toolsOf(router({ things: router({ add }) }), ['things.add'])
  expect(definitions).toEqual([
    {
      name: 'things__add',
      description: 'Adds a thing.',
      input_schema: {
        type: 'object',
        properties: {
          name: { type: 'string', maxLength: 20, description: 'In one word.' },
          at: { type: 'string', format: 'date', pattern: expect.any(String) },
        },
        required: ['name'],
        additionalProperties: false,
      },
    },
  ])
})

test('chained inputs are one schema, and no input is an empty one', () => {
  const { tools } = setUp()
  expect(tools.definitions.find(({ name }) => name === 'probe__add')?.input_schema).toEqual({
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 1, maxLength: 20 },
      tags: { type: 'array', items: { type: 'string' }, default: [] },
    },
    required: ['name'],
  })
  expect(tools.definitions.find(({ name }) => name === 'probe__hang')?.input_schema).toEqual({
    type: 'object',
    properties: {},
  })
})

test('an input is offered as it is before it is transformed', () => {
  const at = z.iso.datetime().transform((text) => new Date(text))
  const { definitions } = toolsOf(router({ add: tool.input(z.object({ at })).query(() => {}) }), ['add'])
  expect(definitions[0]?.input_schema.properties).toMatchObject({
    at: { type: 'string', format: 'date-time' },
  })
})

test('a mutation asks first and a query does not, unless their meta says otherwise', () => {
  const meta = (ask: boolean) => procedure.meta({ tool: { description: 'For tests.', ask } })
  const tools = toolsOf(
    router({
      things: router({
        add: tool.mutation(() => {}),
        list: tool.query(() => {}),
        touch: meta(false).mutation(() => {}),
        read: meta(true).query(() => {}),
      }),
    }),
    ['things.add', 'things.list', 'things.touch', 'things.read'],
  )
  const asking = tools.definitions.map(({ name }) => [name, tools.asksFirst(name)])
  expect(asking).toEqual([
    ['things__add', true],
    ['things__list', false],
    ['things__touch', false],
    ['things__read', true],
  ])
  expect(tools.asksFirst('things.add')).toBe(false)
  expect(tools.asksFirst('made_up')).toBe(false)
  expect(tools.nameOf('things__add')).toBe('things.add')
  expect(tools.nameOf('made_up')).toBe('made_up')
})

test('a path that is misspelt, or of a subscription, is a type error', () => {
  // @ts-expect-error -- there is no such procedure
  expect(() => toolsOf(appRouter, ['models.lost'])).toThrow('There is no procedure models.lost.')
  // @ts-expect-error -- nor such a router
  expect(() => toolsOf(appRouter, ['model.list'])).toThrow('There is no procedure model.list.')
  // @ts-expect-error -- a router is not a procedure
  expect(() => toolsOf(appRouter, ['models'])).toThrow('There is no procedure models.')
  // @ts-expect-error -- a subscription is not a query
  expect(() => toolsOf(appRouter, ['runs.events'])).toThrow('runs.events is a subscription.')
  // Only its meta is missing, which types do not know.
  expect(() => toolsOf(appRouter, ['models.list'])).toThrow('models.list does not say what it is for.')
})

const takes = (input: z.ZodType) => one(tool.input(input).query(() => {}))

test.each([
  [
    'constructor',
    () => toolsOf(router({}), ['constructor'] as never[]),
    'There is no procedure constructor.',
  ],
  [
    'no description',
    one(procedure.meta({ tool: { description: ' ' } }).query(() => {})),
    'things.add does not say what it is for. Add .meta({ tool: { description',
  ],
  [
    'a date',
    takes(z.object({ at: z.date() })),
    'The input of things.add cannot be written as JSON schema: Date cannot be represented in JSON Schema. Use what JSON has, e.g. z.iso.datetime() for a date.',
  ],
  ['a bigint', takes(z.object({ id: z.bigint() })), 'cannot be written as JSON schema: BigInt'],
  ['a map', takes(z.object({ all: z.map(z.string(), z.string()) })), 'cannot be written as JSON schema: Map'],
  [
    'a custom type',
    takes(z.object({ own: z.custom(() => true) })),
    'cannot be written as JSON schema: Custom',
  ],
  ['a text', takes(z.string()), 'The input of things.add is not one object'],
  ['a list', takes(z.array(z.string())), 'is not one object'],
  [
    'a union',
    takes(z.union([z.object({ a: z.string() }), z.object({ b: z.string() })])),
    'is not one object',
  ],
  ['null', takes(z.object({}).nullable()), 'is not one object'],
  ['anything', takes(z.unknown()), 'is not one object'],
  [
    'no zod',
    one(tool.input((input: unknown) => input).query(() => {})),
    'The input of things.add is not a zod schema.',
  ],
  [
    'a chain',
    one(
      tool
        .input(z.object({ a: z.string() }))
        .input(z.record(z.string(), z.string()) as any)
        .query(() => {}),
    ),
    'is not one object',
  ],
  [
    'twice',
    () => toolsOf(router({ add: tool.query(() => {}) }), ['add', 'add']),
    'The tool add is listed twice.',
  ],
  [
    'two names',
    () =>
      toolsOf(router({ a__b: tool.query(() => {}), a: router({ b: tool.query(() => {}) }) }), [
        'a.b',
        'a__b',
      ]),
    'a.b and a__b are both a__b to Claude. Rename one of them.',
  ],
  [
    'an umlaut',
    () => toolsOf(router({ füge: tool.query(() => {}) }), ['füge']),
    'füge is füge to Claude, where names have 1 to 128 letters',
  ],
  [
    'a long name',
    () => toolsOf(router({ ['a'.repeat(129)]: tool.query(() => {}) }), ['a'.repeat(129)]),
    'Rename the procedure.',
  ],
])('a procedure that cannot be a tool is refused at the start: %s', (_what, make, message) => {
  expect(make).toThrow(message)
})

test('a call reaches the procedure once, with the owner, the ids of the call, and all inputs parsed', async () => {
  const { call, calls, runId, callId } = setUp()
  expect(await call('add', { name: 'milk' })).toEqual({ ok: true, output: '{"count":1}' })
  expect(calls).toEqual([
    { path: 'probe.add', input: { name: 'milk', tags: [] }, owner: 'bob', toolCall: { runId, callId } },
  ])
})

test('the procedure decides what the owner may do', async () => {
  const { call, calls } = setUp()
  expect(await call('mine')).toEqual({ ok: false, output: 'This is for Alice.' })
  expect(calls).toEqual([])
  expect(await call('mine', {}, { owner: 'alice' })).toEqual({ ok: true, output: '"alice"' })
})

test('an input that does not fit is answered with its fields, and not executed', async () => {
  const { call, calls, failures } = setUp()
  expect(await call('add', { name: 5, tags: 'none' })).toEqual({
    ok: false,
    output: '✖ Invalid input: expected string, received number\n  → at name',
  })
  expect((await call('add', { name: 'milk', tags: ['a', 5] })).output).toContain('→ at tags[1]')
  expect((await call('add', '[]')).output).toContain('expected object, received array')
  expect((await call('add', '{"name":"mi')).output).toMatch(/^The input is not valid JSON\. ./)
  // Claude writes nothing where it has nothing to say.
  expect((await call('add', '')).output).toContain('→ at name')
  expect((await call('nothing', '')).ok).toBe(true)
  expect({ calls, failures }).toEqual({ calls: [], failures: [] })
})

test.each(['probe__unlisted', 'probe__Add', 'probe.add', 'add', '__proto__', 'constructor', 'toString', ''])(
  'what is not listed is not called: %j',
  async (name) => {
    const { calls, tools } = setUp()
    const input = JSON.stringify({ name: 'milk' })
    expect(await tools.call({} as Context, { ...IDS, name, input }, new AbortController().signal)).toEqual({
      ok: false,
      output: `There is no tool ${name}.`,
    })
    expect(calls).toEqual([])
    expect([tools.asksFirst(name), tools.nameOf(name)]).toEqual([false, name])
  },
)

test.each(['fail', 'failInternally', 'throwText'])(
  'a bug is reported, and nothing of it is shown: %s',
  async (name) => {
    const { call, failures, runId, callId } = setUp()
    expect(await call(name)).toEqual({ ok: false, output: 'Something went wrong on our side.' })
    expect(failures).toEqual([{ error: expect.any(Error), path: `probe.${name}`, runId, callId }])
  },
)

test('a reason is bounded as a result is', async () => {
  const { output } = await setUp().call('x'.repeat(50_000 - 'probe__'.length))
  expect(output.length).toBeLessThanOrEqual(MAX_OUTPUT_CHARS)
  expect(output.split('\n')[1]).toMatch(/^\[Cut here: \d+ of 50018 characters\.\]$/)
})

test('what a procedure refuses is said in its words, and not reported', async () => {
  const { call, failures } = setUp()
  expect(await call('forbid')).toEqual({ ok: false, output: 'This is not yours.' })
  expect(await call('lose')).toEqual({ ok: false, output: 'There is no such run.' })
  expect(failures).toEqual([])
})

test('a text that a database refuses is not part of an output', async () => {
  const name = 'a\0b\ud800'
  const { call } = setUp()
  expect((await call(name)).output).toBe('There is no tool probe__a\ufffdb\ufffd.')
  const strict = toolsOf(router({ add: tool.input(z.strictObject({})).query(() => {}) }), ['add'])
  const input = JSON.stringify({ [name]: 1 })
  const { output } = await strict.call(
    {} as Context,
    { ...IDS, name: 'add', input },
    new AbortController().signal,
  )
  expect(output).toContain('a\ufffdb\ufffd')
})

test('a call that hangs is aborted after its time, and leaves no timer or listener', async () => {
  vi.useFakeTimers()
  const { call, failures, signals, runId, callId } = setUp()
  const { signal } = new AbortController()
  const result = call('hang', {}, { signal })
  await vi.advanceTimersByTimeAsync(59_999)
  expect(signals[0]?.aborted).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(await result).toEqual({
    ok: false,
    output: 'probe.hang did not answer within 60 s. It may have happened.',
  })
  expect(signals[0]?.aborted).toBe(true)
  expect(failures).toEqual([{ error: expect.any(Error), path: 'probe.hang', runId, callId }])
  expect(vi.getTimerCount()).toBe(0)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('a query that is too slow has not changed anything, and its late error is nobody’s', async () => {
  vi.useFakeTimers()
  const { call } = setUp()
  const result = call('wait')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await result).toEqual({ ok: false, output: 'probe.wait did not answer within 60 s.' })
})

test.each([
  ['hang', 'probe.hang was stopped. It may have happened.'],
  ['wait', 'probe.wait was stopped.'],
])('an abort ends a call at once, and is not a bug: %s', async (name, output) => {
  vi.useFakeTimers()
  const { call, failures } = setUp()
  const run = new AbortController()
  const result = call(name, {}, { signal: run.signal })
  await Promise.resolve()
  run.abort()
  expect(await result).toEqual({ ok: false, output })
  expect(failures).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
  expect(getEventListeners(run.signal, 'abort')).toEqual([])
})

test('nothing is called after an abort', async () => {
  const { call, calls } = setUp()
  expect(await call('add', { name: 'milk' }, { signal: AbortSignal.abort() })).toEqual({
    ok: false,
    output: 'probe.add was stopped before it began.',
  })
  expect(calls).toEqual([])
})

test('a call that ends leaves no timer or listener', async () => {
  vi.useFakeTimers()
  const { call } = setUp()
  const { signal } = new AbortController()
  for (const name of ['date', 'fail', 'cycle']) await call(name, {}, { signal })
  expect(vi.getTimerCount()).toBe(0)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('a result is JSON as JSON.stringify makes it; nothing is null', async () => {
  const { call } = setUp()
  expect(await call('date')).toEqual({ ok: true, output: '{"at":"1970-01-01T00:00:00.000Z"}' })
  expect(await call('nothing')).toEqual({ ok: true, output: 'null' })
})

test.each(['cycle', 'bigint', 'toJson'])(
  'a result that is no JSON says that the call was made: %s',
  async (name) => {
    const { call, failures, runId, callId } = setUp()
    expect(await call(name)).toEqual({
      ok: false,
      output: 'The call was made, but its result cannot be written as JSON.',
    })
    expect(failures).toEqual([{ error: expect.any(Error), path: `probe.${name}`, runId, callId }])
  },
)

test('a long result is cut, and its last line says how much there was', async () => {
  const { call } = setUp()
  const { ok, output } = await call('huge')
  expect(ok).toBe(true)
  expect(output.length).toBeLessThanOrEqual(MAX_OUTPUT_CHARS)
  expect(output.length).toBeGreaterThan(MAX_OUTPUT_CHARS - 100)
  const kept = /^"(x+)\n\[Cut here: (\d+) of 50000002 characters\.\]$/.exec(output)
  expect(1 + (kept?.[1]?.length ?? 0)).toBe(Number(kept?.[2]))
})

test.each(['emoji', 'oddEmoji'])('a cut never splits a character: %s', async (name) => {
  const { output } = await setUp().call(name)
  expect(output.length).toBeGreaterThan(MAX_OUTPUT_CHARS - 100)
  expect(output).toMatch(/😀\n\[Cut here: \d+ of 4000\d characters\.\]$/u)
  expect(output).not.toMatch(/\p{Surrogate}/u)
})

test('what is cut off is not kept in memory', async () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage: () => void = runInNewContext('gc')
  const { call } = setUp()
  await call('huge')
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  const results = [await call('huge'), await call('huge')]
  collectGarbage()
  expect(results.length).toBe(2)
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000)
})
