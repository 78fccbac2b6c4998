import { createHash } from 'node:crypto'
import Anthropic from '@anthropic-ai/sdk'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { BEHAVIOUR_KEYS } from './behaviour.ts'
import { type Simulator, startSimulator } from './simulator.ts'
import { ask, eventsOf, textIn } from './testing/test-client.ts'

let sim: Simulator
beforeEach(async () => {
  sim = await startSimulator({ defaults: { tps: 0, ttft: 0 } })
})
afterEach(() => sim.close())

function sdk(options: { authToken?: string } = {}) {
  const key = options.authToken === undefined ? { apiKey: 'test' } : { apiKey: null, ...options }
  return new Anthropic({ ...key, baseURL: sim.url, maxRetries: 2 })
}

async function thinkingSent(thinking?: object, effort = 'high'): Promise<boolean[]> {
  const extra = { ...(thinking && { thinking }), output_config: { effort } }
  const stream = await (await ask(sim.url, { extra })).text()
  return ['"thinking_delta"', '"signature_delta"'].map((type) => stream.includes(type))
}

async function answerTo(messages: { role: string; content: string }[]): Promise<string> {
  return textIn(await (await ask(sim.url, { messages })).text())
}

async function refusal(extra: Record<string, unknown>): Promise<string> {
  const response = await ask(sim.url, { extra })
  const { error } = ErrorSchema.parse(await response.json())
  return `${response.status} ${error.type}: ${error.message}`
}

function textBlockOf({ content }: Anthropic.Message): Anthropic.TextBlock {
  const block = content[0]
  if (block?.type !== 'text') throw new Error('no text block')
  return block
}

const ErrorSchema = z.object({ error: z.object({ type: z.string(), message: z.string() }) })

const MessageSchema = z.object({ usage: z.object({ input_tokens: z.number() }) })

/** The start of an image of 300 by 200 pixels. */
const PNG = Buffer.from('89504e470d0a1a0a0000000d494844520000012c000000c8', 'hex')

function file(type: string, media_type: string, bytes: string | Buffer) {
  return { type, source: { type: 'base64', media_type, data: Buffer.from(bytes).toString('base64') } }
}

function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

const PROMPT = {
  model: 'claude-opus-4-8',
  max_tokens: 4096,
  messages: [{ role: 'user' as const, content: 'Why do locks have two gates?' }],
}

test('a stream through the SDK has every event in the order of the API', async () => {
  const types: string[] = []
  const stream = await sdk().messages.create({
    ...PROMPT,
    stream: true,
    thinking: { type: 'adaptive', display: 'summarized' },
  })
  for await (const event of stream) {
    const type = event.type === 'content_block_delta' ? event.delta.type : event.type
    if (types.at(-1) !== type) types.push(type)
  }
  expect(types).toEqual([
    'message_start',
    'content_block_start',
    'thinking_delta',
    'signature_delta',
    'content_block_stop',
    'content_block_start',
    'text_delta',
    'content_block_stop',
    'message_delta',
    'message_stop',
  ])
})

test('what a client joined is byte for byte what the record says was served', async () => {
  for (const text of ['markdown', 'lorem', 'emoji', 'references', 'fence', 'list', 'table', 'paragraph']) {
    const stream = await (await ask(sim.url, { sim: `text=${text} tokens=3000` })).text()
    const record = sim.stats().requests.at(-1)
    expect(record?.text).toBe(textIn(stream))
    expect(record?.bytesWritten).toBe(Buffer.byteLength(stream))
    expect(record).toMatchObject({ outcome: 'completed', tokens: 3000, status: 200, stream: true })
  }
})

test('usage is cumulative, and counts what the record counts', async () => {
  const extra = { thinking: { type: 'adaptive', display: 'summarized' } }
  const events = eventsOf(await (await ask(sim.url, { sim: 'tokens=100 thinking=50', extra })).text())
  const last = events.find(({ event }) => event === 'message_delta')
  expect(last?.data).toMatchObject({
    delta: { stop_reason: 'end_turn' },
    usage: { output_tokens: 150, output_tokens_details: { thinking_tokens: 50 } },
  })
  expect(sim.stats().requests[0]?.tokens).toBe(150)
  expect(events[0]?.data).toMatchObject({ message: { usage: { input_tokens: expect.any(Number) } } })
})

test('every event is padded with 0 to 15 spaces, and a ping follows message_start', async () => {
  const stream = await (await ask(sim.url, { sim: 'tokens=2000' })).text()
  const widths = new Set([...stream.matchAll(/( *)\}\n\n/g)].map((match) => match[1]?.length))
  expect([...widths].toSorted((a = 0, b = 0) => a - b)).toEqual(
    Array.from({ length: 16 }, (_, width) => width),
  )
  expect(eventsOf(stream)[1]?.event).toBe('ping')
})

test('a message without stream is the same answer in one piece', async () => {
  const streamed = textIn(
    await (await ask(sim.url, { messages: PROMPT.messages, extra: { max_tokens: 4096 } })).text(),
  )
  const message = await sdk().messages.create(PROMPT)
  expect(message.content).toMatchObject([{ type: 'text', text: streamed }])
  expect(message.stop_reason).toBe('end_turn')
  expect(sim.stats().requests[1]).toMatchObject({ text: streamed, tokens: message.usage.output_tokens })
})

test('thinking is left out, silent or shown, as the request asks', async () => {
  expect(await thinkingSent()).toEqual([false, false])
  expect(await thinkingSent({ type: 'disabled' })).toEqual([false, false])
  expect(await thinkingSent({ type: 'adaptive' })).toEqual([false, true])
  expect(await thinkingSent({ type: 'adaptive', display: 'summarized' })).toEqual([true, true])
  expect(await thinkingSent({ type: 'adaptive', display: 'summarized' }, 'low')).toEqual([false, false])
})

test('an answer of no given length is a whole sample, and max_tokens cuts it', async () => {
  const question = { ...PROMPT, messages: [{ role: 'user' as const, content: 'A haiku?' }] }
  const whole = await sdk().messages.create(question)
  const cut = await sdk().messages.create({ ...question, max_tokens: 50 })
  const [{ text }, { text: start }] = [textBlockOf(whole), textBlockOf(cut)]
  expect(text).toMatch(/^Here is one:\n\n> Rain [^]*season\? 🍂$/)
  expect(text.startsWith(start)).toBe(true)
  expect([whole.stop_reason, cut.stop_reason]).toEqual(['end_turn', 'max_tokens'])
  expect(cut.usage.output_tokens).toBe(50)
})

test('max_tokens cuts the answer, and counts the thinking', async () => {
  const thinking = { type: 'adaptive' as const, display: 'summarized' as const }
  const message = await sdk().messages.create({ ...PROMPT, max_tokens: 130, thinking })
  expect(message.stop_reason).toBe('max_tokens')
  expect(message.usage.output_tokens).toBe(130)
})

test('the same conversation gets the same answer; another prompt or another turn does not', async () => {
  const first = { role: 'user', content: 'Why?' }
  const one = await answerTo([first])
  const [again, other, slower, second] = [
    await answerTo([first]),
    await answerTo([{ role: 'user', content: 'How?' }]),
    await answerTo([{ role: 'user', content: 'Why? [[sim ping=100]]' }]),
    await answerTo([first, { role: 'assistant', content: one }, first]),
  ]
  expect(again).toBe(one)
  expect(slower).toBe(one)
  expect(other).not.toBe(one)
  expect(second).not.toBe(one)
})

test.each([
  ['speed=3', 'unknown key "speed"'],
  ['tps=fast', '"fast" is not allowed for tps'],
  ['times=2', 'times needs a fault'],
])('a directive with a mistake, %s, is answered with what it is and what there is', async (typo, problem) => {
  const text = await answerTo([{ role: 'user', content: `Why? [[sim ${typo}]]` }])
  expect(text).toContain(problem)
  for (const key of BEHAVIOUR_KEYS) expect(text).toContain(`\n- \`${key}\`: `)
  expect((await ask(sim.url, { sim: typo })).status).toBe(400)
})

test('with cache_control, the second turn reads what the first one wrote', async () => {
  const cache_control = { type: 'ephemeral' as const }
  const first = await sdk().messages.create({ ...PROMPT, cache_control })
  const [question] = PROMPT.messages
  const turns = [question, { role: 'assistant' as const, content: first.content }, question].filter(
    (turn) => turn !== undefined,
  )
  const second = await sdk().messages.create({ ...PROMPT, cache_control, messages: turns })
  const { cache_creation_input_tokens: written } = first.usage
  expect(written).toBeGreaterThan(0)
  expect(first.usage.cache_read_input_tokens).toBe(0)
  expect(second.usage.cache_read_input_tokens).toBe(written)
  expect(second.usage.cache_creation_input_tokens).toBeGreaterThan(0)
})

test('an image and a PDF count by their pixels and pages, not by their base64', async () => {
  const images = [file('image', 'image/png', PNG), file('image', 'image/png', PNG)]
  const pdf = file('document', 'application/pdf', `%PDF-1.4 ${'x'.repeat(40_000)}`)
  const tokens = async (content: unknown[]) => {
    const messages = [{ role: 'user', content: [...content, { type: 'text', text: 'See?' }] }]
    const response = await ask(sim.url, { messages, stream: false })
    return MessageSchema.parse(await response.json()).usage.input_tokens
  }
  const without = await tokens([])
  expect((await tokens(images)) - without).toBe(2 * Math.ceil((300 * 200) / 750))
  expect((await tokens([pdf])) - without).toBe(2000)
})

test('both auth headers are taken, and none is refused', async () => {
  await expect(sdk().messages.create(PROMPT)).resolves.toMatchObject({ type: 'message' })
  await expect(sdk({ authToken: 'token' }).messages.create(PROMPT)).resolves.toMatchObject({
    type: 'message',
  })
  const refused = await ask(sim.url, {}, { headers: {} })
  expect(refused.status).toBe(401)
  expect(await refused.json()).toEqual({
    type: 'error',
    error: { details: null, type: 'authentication_error', message: expect.any(String) },
    request_id: refused.headers.get('request-id'),
  })
})

test('every response carries a request id', async () => {
  for (const response of [await ask(sim.url), await fetch(`${sim.url}/nowhere`)]) {
    await response.text()
    expect(response.headers.get('request-id')).toMatch(/^req_011C\w{20}$/)
  }
})

test('a request the API would refuse is refused with the API’s error', async () => {
  const thinking = { type: 'enabled', budget_tokens: 1024 }
  expect(await refusal({ max_tokens: undefined })).toBe(
    '400 invalid_request_error: max_tokens: Field required',
  )
  expect(await refusal({ model: undefined })).toContain('model: Field required')
  expect(await refusal({ messages: undefined })).toContain('messages: Field required')
  expect(await refusal({ messages: [] })).toContain('messages: at least one message is required')
  expect(await refusal({ messages: [{ role: 'robot', content: 'x' }] })).toContain('messages.0.role')
  expect(await refusal({ messages: [{ role: 'user', content: '' }] })).toContain('non-empty content')
  expect(await refusal({ messages: [{ role: 'assistant', content: 'x' }] })).toContain('prefill')
  expect(await refusal({ temperature: 1 })).toContain('400 invalid_request_error: temperature')
  expect(await refusal({ thinking })).toContain('adaptive')
  expect(await refusal({ colour: 'red' })).toContain('colour: Extra inputs are not permitted')
  const image = [{ role: 'user', content: [file('image', 'image/png', 'GIF')] }]
  expect(await refusal({ messages: image })).toBe('400 invalid_request_error: Could not process image')
  expect(await refusal({ model: 'claude-opus-4-8', max_tokens: 128_001 })).toContain('128001 > 128000')
  expect(await refusal({ model: 'gpt-1' })).toBe('404 not_found_error: model: gpt-1')
  const broken = await ask(sim.url, {}, { body: '{"model":' })
  expect(broken.status).toBe(400)
  expect(sim.stats()).toMatchObject({ messages: 14, open: 0 })
})

test('an unknown path, even an odd one, is a 404 in the API’s words', async () => {
  const headers = { 'x-api-key': 'test' }
  for (const path of ['/v1/complete', '//', '/v1/messages/batches']) {
    const response = await fetch(`${sim.url}${path}`, { headers })
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'not_found_error' } })
  }
})

test('what was served is counted until the reset', async () => {
  await (await ask(sim.url, { prompt: 'Count me [[sim tokens=10]]' })).text()
  expect(sim.stats()).toMatchObject({ messages: 1, open: 0, requests: [{ prompt: 'Count me', tokens: 10 }] })
  sim.reset()
  expect(sim.stats()).toEqual({ messages: 0, open: 0, requests: [] })
})

test('files are recorded by their bytes, oldest turn first', async () => {
  const messages = [
    { role: 'user', content: [file('image', 'image/png', PNG), { type: 'text', text: 'See?' }] },
    { role: 'assistant', content: 'Yes.' },
    {
      role: 'user',
      content: [file('document', 'application/pdf', '%PDF-1.4'), { type: 'text', text: 'And?' }],
    },
  ]
  await (await ask(sim.url, { messages })).text()
  expect(sim.stats().requests[0]?.files).toEqual([
    { type: 'image', mediaType: 'image/png', bytes: 24, sha256: sha256(PNG) },
    { type: 'document', mediaType: 'application/pdf', bytes: 8, sha256: sha256('%PDF-1.4') },
  ])
})

test('waitFor ends with its signal, and passes on what its predicate throws', async () => {
  const controller = new AbortController()
  const waiting = sim.waitFor(() => false, controller.signal)
  controller.abort()
  await expect(waiting).rejects.toThrow('aborted')
  const failing = sim.waitFor(() => {
    throw new Error('bad predicate')
  })
  await expect(failing).rejects.toThrow('bad predicate')
})

test('close destroys open sockets', async () => {
  const response = await ask(sim.url, { sim: 'fault=stall' })
  await sim.close()
  await expect(response.text()).rejects.toThrow('terminated')
})

test('defaults that make no sense are refused at the start', async () => {
  await expect(startSimulator({ defaults: { fault: 'explode' } })).rejects.toThrow('"explode" is not allowed')
  await expect(startSimulator({ defaults: { code: 500 } })).rejects.toThrow('code needs a fault')
})
