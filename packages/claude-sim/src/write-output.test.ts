import Anthropic from '@anthropic-ai/sdk'
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Simulator, startSimulator } from './index.ts'

let sim: Simulator
beforeAll(async () => {
  sim = await startSimulator({ defaults: { tps: 0, ttft: 0 } })
})
afterAll(() => sim.close())

const Plans = z.object({ plans: z.array(z.object({ title: z.string().max(100), text: z.string() })) })
const Trip = z.object({
  city: z.string().describe('Where it goes'),
  days: z.array(z.object({ date: z.iso.date(), stops: z.array(z.string()).min(1) })).min(1),
  pace: z.enum(['slow', 'fast']),
  comment: z.string().nullable(),
})

async function write(prompt: string, format: unknown = zodOutputFormat(Plans)): Promise<Anthropic.Message> {
  const client = new Anthropic({ apiKey: 'test', baseURL: sim.url, maxRetries: 0 })
  return client.messages
    .stream({
      model: 'claude-opus-4-8',
      max_tokens: 64_000,
      messages: [{ role: 'user', content: prompt }],
      // As it is sent: without the SDK's parser, which would refuse what does not fit.
      output_config: { format: JSON.parse(JSON.stringify(format)) },
    })
    .finalMessage()
}

function textOf({ content }: Anthropic.Message): string {
  return content.map((block) => (block.type === 'text' ? block.text : '')).join('')
}

test('an answer fits the schema that was asked for, whatever was asked', async () => {
  for (let seed = 0; seed < 20; seed += 1) {
    const { stop_reason, ...message } = await write(`Plan trip ${seed}`, zodOutputFormat(Trip))
    expect(stop_reason).toBe('end_turn')
    expect(Trip.safeParse(JSON.parse(textOf({ stop_reason, ...message }))).success).toBe(true)
  }
})

test('each sentence of a pasted text becomes an item of the list', async () => {
  const pasted = 'Café locks have two gates. Fill the chamber first!\n- Then open “the upper” gate'
  const plans = [
    { title: 'Café locks have two gates', text: 'Café locks have two gates.' },
    { title: 'Fill the chamber first', text: 'Fill the chamber first!' },
    { title: 'Then open “the upper” gate', text: 'Then open “the upper” gate' },
  ]
  for (const prompt of [pasted, `Make plans of this.\n<text>\n${pasted}\n</text>`]) {
    expect(JSON.parse(textOf(await write(prompt)))).toEqual({ plans })
  }
})

test('tokens says how long it is', async () => {
  const json = textOf(await write('One sentence. Another one. [[sim tokens=2000]]'))
  expect(json.length).toBeGreaterThan(8000)
  expect(json.length).toBeLessThan(20_000)
  expect(Plans.safeParse(JSON.parse(json)).success).toBe(true)
})

test('it is cut in odd places, and written in different ways', async () => {
  const texts = await Promise.all(Array.from({ length: 30 }, async (_, i) => textOf(await write(`Ö ${i}.`))))
  expect(texts.some((text) => text.includes('\n  '))).toBe(true)
  expect(texts.some((text) => text.includes('\\u00d6'))).toBe(true)
  expect(texts.some((text) => text.includes('Ö'))).toBe(true)
})

test('a directive says what is written, whether it fits or not; a fault, that it does not fit', async () => {
  const other = '{"plans": 5, "__proto__": {"a": [}'
  expect(textOf(await write(`Go [[sim output='${other}']]`))).toBe(other)
  expect(JSON.parse(textOf(await write('Go. [[sim fault=badinput]]')))).toEqual({ plans: 42 })
  const { stop_reason } = await write('Go. On. And on. [[sim fault=max_tokens@3]]')
  expect(stop_reason).toBe('max_tokens')
})

const Kid = z.object({
  name: z.string(),
  get kids() {
    return z.array(Kid)
  },
})

const schema = (properties: object, rest: object = { additionalProperties: false }) => ({
  type: 'json_schema',
  schema: { type: 'object', properties, ...rest },
})

test.each<[says: RegExp, format: unknown]>([
  [/the root must be/, { type: 'json_schema', schema: { type: 'array', items: { type: 'string' } } }],
  [/'additionalProperties' must be/, schema({}, {})],
  [/property 'maxLength' is not supported/, schema({ a: { type: 'string', maxLength: 3 } })],
  [/property 'prefixItems' is not supported/, schema({ a: { type: 'array', prefixItems: [] } })],
  [/Recursive/, zodOutputFormat(Kid)],
  [/must have a type/, schema({ a: {} })],
  [/type/, { type: 'json' }],
])('a format that the API does not take is refused: %s', async (says, format) => {
  await expect(write('Go', format)).rejects.toThrow(says)
})

test('a schema counts as input', async () => {
  const usage = async (format: unknown) => (await write('Go', format)).usage.input_tokens
  const small = await usage(zodOutputFormat(z.object({ a: z.string() })))
  const described = z.object({ a: z.string().describe('x'.repeat(4000)) })
  expect((await usage(zodOutputFormat(described))) - small).toBeGreaterThanOrEqual(1000)
})
