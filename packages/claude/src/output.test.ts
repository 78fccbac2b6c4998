import { mergeEvents, type RunEvent } from '@sluice/events'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createClaude } from './claude.ts'
import type { ClaudeFailure } from './claude-options.ts'
import { messageEvents, text, thinking, toolUse } from './testing/message.ts'
import { sse, upstream } from './testing/upstream.ts'

const Notes = z.strictObject({
  notes: z.array(z.strictObject({ title: z.string().max(10), text: z.string() })),
})
const FINE = '{"notes":[{"title":"Locks","text":"Two gates"}]}'

type Events = ReturnType<typeof messageEvents>

/** The events of a run in which Claude answers so, and what it was sent. */
async function answered(
  answer: Events,
  { output = Notes, maxTokens = 99 }: { output?: z.ZodType; maxTokens?: number } = {},
) {
  await using server = await upstream((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(sse(answer))
  })
  const failures: ClaudeFailure[] = []
  const claude = createClaude({
    apiKey: 'key',
    baseUrl: server.url,
    idleMs: 60_000,
    maxRetryAfterMs: 0,
    onFailure: (failure) => failures.push(failure),
  })
  const source = claude.ask({
    model: 'claude-opus-4-8',
    messages: [{ role: 'user', content: 'Locks?' }],
    maxTokens,
    effort: 'low',
    output,
  })
  const events: RunEvent[] = []
  const { signal } = new AbortController()
  for await (const batch of source({ runId: 'run', signal, events: async () => [] })) events.push(...batch)
  return { events: mergeEvents(events), failures, sent: server.requests[0]?.body }
}

const writes = (json: string, stopReason = 'end_turn') => messageEvents(stopReason, [text(json)])

test('the schema is sent beside the effort, and what Claude writes is `json`', async () => {
  const { events, sent } = await answered(messageEvents('end_turn', [thinking('Hm.'), text(FINE)]))
  const { output_config: config } = sent
  expect(config).toMatchObject({ effort: 'low', format: { type: 'json_schema' } })
  const { properties, ...root } = config.format.schema
  expect(root).toMatchObject({ type: 'object', required: ['notes'], additionalProperties: false })
  expect(JSON.stringify(config.format)).toContain('maxLength: 10')
  expect(properties.notes.type).toBe('array')
  expect(events).toMatchObject([
    { type: 'thinking', text: 'Hm.' },
    { type: 'json', text: FINE },
    { type: 'step' },
    { type: 'done', stopReason: 'end_turn', usage: { outputTokens: 7 } },
  ])
})

test('the last piece of JSON that a thought or a call separates from the others is the output', async () => {
  const { events } = await answered(messageEvents('end_turn', [text('{"not'), thinking('No.'), text(FINE)]))
  expect(events.at(-1)).toMatchObject({ type: 'done' })
  // One that is not shown does not separate.
  const [before, hidden, after] = [text(FINE.slice(0, 9)), thinking(''), text(FINE.slice(9))]
  const one = await answered(messageEvents('end_turn', [before, hidden, after]))
  expect(one.events.at(-1)).toMatchObject({ type: 'done' })
  const reordered = await answered(messageEvents('end_turn', [text(FINE), thinking('Done.')]))
  expect(reordered.events.at(-1)).toMatchObject({ type: 'done' })
  const called = await answered(messageEvents('end_turn', [text('{'), toolUse('a', 'b'), text(FINE)]))
  expect(called.events.at(-1)).toMatchObject({ type: 'done' })
})

const deep = (levels: number) => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels)

test.each<[what: string, answer: Events, says: string]>([
  [
    'a field of another type',
    writes('{"notes":[{"title":5,"text":""}]}'),
    'notes[0].title: Invalid input: expected string, received number',
  ],
  [
    'a missing field',
    writes('{"notes":[{"title":""}]}'),
    'notes[0].text: Invalid input: expected string, received undefined',
  ],
  [
    'a string that is too long',
    writes('{"notes":[{"title":"12345678901","text":""}]}'),
    'notes[0].title: Too big: expected string to have <=10 characters',
  ],
  ['a key too many', writes('{"notes":[],"more":1}'), 'Unrecognized key: "more"'],
  ['another root', writes('[]'), 'Invalid input: expected object, received array'],
  ['a prototype', writes('{"notes":[],"__proto__":{"polluted":1}}'), 'Unrecognized key: "__proto__"'],
  [
    'the last of two keys that does not fit',
    writes('{"notes":[],"notes":1}'),
    'notes: Invalid input: expected array, received number',
  ],
  ['words', writes('Here you are:'), 'not the JSON that was asked for'],
  ['JSON in a fence', writes('```json\n{"notes":[]}\n```'), 'not the JSON that was asked for'],
  ['JSON and more', writes(`${FINE} `.repeat(2)), 'not the JSON that was asked for'],
  ['half of it', writes(FINE.slice(0, 20)), 'not the JSON that was asked for'],
  ['nothing', messageEvents('end_turn', []), 'not the JSON that was asked for'],
  ['an end in mid-sentence', writes(FINE.slice(0, 20), 'max_tokens'), 'Cut off'],
  ['an end where all seems complete', writes(FINE, 'max_tokens'), 'Cut off'],
  ['a full context', writes(FINE, 'model_context_window_exceeded'), 'Cut off'],
  ['too many levels', writes(deep(65)), 'nested deeper than 64 levels'],
  ['a hundred thousand levels', writes('['.repeat(100_000)), 'nested deeper than 64 levels'],
  [
    'more than fits',
    writes(`{"notes":[{"title":"a","text":"${'x'.repeat(1_000_000)}"}]}`),
    'longer than 1000000 characters',
  ],
])('%s is an `invalid_output` that says so, with usage and cost', async (_what, answer, says) => {
  const { events, failures } = await answered(answer)
  const end = events.at(-1)
  expect(end).toMatchObject({ type: 'error', code: 'invalid_output', message: expect.stringContaining(says) })
  expect(end).toMatchObject({ usage: { inputTokens: 9 }, costUsd: expect.any(Number) })
  expect(end?.type === 'error' && end.message.length).toBeLessThanOrEqual(300)
  expect(failures).toMatchObject([{ code: 'invalid_output' }])
  expect(({} as { polluted?: number }).polluted).toBeUndefined()
})

test('brackets in strings are no levels', async () => {
  const words = JSON.stringify('[{"\\'.repeat(100))
  const { events } = await answered(writes(`{"notes":[{"title":"a","text":${words}}]}`))
  expect(events.at(-1)).toMatchObject({ type: 'done' })
})

test('of many misfits a few are told, in one line', async () => {
  const notes = Array.from({ length: 100 }, () => ({ title: 1, text: '\n'.repeat(999) }))
  const output = Notes.extend({ ['a\nb'.repeat(99)]: z.string() })
  const { events } = await answered(writes(JSON.stringify({ notes })), { output })
  const { message } = events.at(-1) as { message: string }
  expect(message).toMatch(/^[^\n]{1,300}$/)
  expect(message).toContain('notes[2].title')
  expect(message).not.toContain('notes[3].title')
})

test('a refusal is a refusal, whatever Claude wrote before it', async () => {
  const { events } = await answered(writes('{"notes":[', 'refusal'))
  expect(events.at(-1)).toMatchObject({ type: 'error', code: 'refused' })
})

const Tree = z.object({
  name: z.string(),
  get kids() {
    return z.array(Tree)
  },
})

test.each<[says: string, schema: z.ZodType]>([
  ['its schema is not one object', z.array(z.string())],
  ['its schema is not one object', z.object({}).nullable()],
  ['its schema is not one object', z.object({ a: z.string() }).meta({ id: 'Root' })],
  ['it contains itself', Tree],
  ['it contains itself', z.object({ roots: z.array(Tree) })],
  ['scores has keys that are not known before', z.object({ scores: z.record(z.string(), z.number()) })],
  ['rows[] is a tuple', z.object({ rows: z.array(z.tuple([z.string(), z.number()])) })],
  ['rows[].any may be anything', z.object({ rows: z.array(z.object({ any: z.any() })) })],
  ['one may be anything', z.object({ one: z.union([z.string(), z.unknown()]) })],
  ['none may be anything', z.object({ none: z.never() })],
  ['Date cannot be represented', z.object({ at: z.date() })],
  ['Transforms cannot be represented', z.object({ length: z.string().transform((words) => words.length) })],
  [
    'both is an intersection',
    z.object({ both: z.intersection(z.union([z.string(), z.null()]), z.string()) }),
  ],
])('a schema that Claude cannot take is refused at once: %s', (says, output) => {
  const claude = createClaude({ apiKey: 'key', idleMs: 1, maxRetryAfterMs: 0 })
  const messages = [{ role: 'user' as const, content: 'Hi' }]
  expect(() => claude.ask({ model: 'claude-opus-4-8', messages, output })).toThrow(says)
})

test('what has a type and an end is taken: choices, nulls, defaults, what is used twice', async () => {
  const Shared = z.object({ at: z.iso.date() })
  const output = z.object({
    kind: z.enum(['a', 'b']),
    one: z.discriminatedUnion('t', [
      z.object({ t: z.literal('x') }),
      z.object({ t: z.literal('y'), n: z.int() }),
    ]),
    maybe: z.string().nullable(),
    left: z.string().optional(),
    text: z.string().default(''),
    first: Shared,
    second: Shared,
    none: z.null(),
  })
  const json = {
    kind: 'a',
    one: { t: 'y', n: 1 },
    maybe: null,
    text: '',
    first: { at: '2026-11-29' },
    second: { at: '2026-11-29' },
    none: null,
  }
  const { events } = await answered(writes(JSON.stringify(json)), { output })
  expect(events.at(-1)).toMatchObject({ type: 'done' })
})
