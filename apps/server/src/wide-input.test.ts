import { expect, test } from 'vitest'
import { z } from 'zod'
import { question } from './testing/question.ts'
import { startTestServer } from './testing/start-test-server.ts'
import { WireClient } from './testing/wire-client.ts'
import { procedure, router } from './trpc.ts'

/** Bytes of a body by default, and what the answer to one may have. */
const MOST_BYTES = 6 * 200_000 + 65_536
const MOST_ANSWER_BYTES = 65_536

const times = (length: number, make: (index: number) => unknown) => Array.from({ length }, (_, i) => make(i))
/** A body of the maximum length: comma-separated copies of `unit`. */
const full = (before: string, unit: string, after: string) => {
  const units = Math.floor((MOST_BYTES - before.length - after.length) / (unit.length + 1))
  return `${before}${Array(units).fill(unit).join()}${after}`
}
const nested = (open: string, close: string) => {
  const levels = Math.floor((MOST_BYTES - 100) / (open.length + close.length))
  return `{"content":${open.repeat(levels)}1${close.repeat(levels)}}`
}
const batchOf = (calls: number, input: () => string) =>
  `{${times(calls, (call) => `"${call}":${input()}`).join()}}`

const START = 'chat.send'
const BATCH = `${Array(20).fill(START).join()}?batch=1`
const TOO_MANY = [413, /more than 10000 JSON values/] as const

const WIDE: [what: string, path: string, body: string, status: number, says: RegExp][] = [
  ['blocks without end', START, full('{"content":[', '{}', ']}'), ...TOO_MANY],
  ['numbers instead of blocks', START, full('{"content":[', '1', ']}'), ...TOO_MANY],
  ['lists within lists', START, nested('[', ']'), ...TOO_MANY],
  ['objects within objects', START, nested('{"a":', '}'), ...TOO_MANY],
  ['100,000 unknown fields', START, `{${times(100_000, (i) => `"k${i}":1`).join()}}`, ...TOO_MANY],
  [
    'a batch whose calls are wide together',
    BATCH,
    batchOf(20, () => `{"content":[${'{},'.repeat(999)}{}]}`),
    ...TOO_MANY,
  ],
  [
    'thousands of wrong blocks',
    START,
    JSON.stringify(question({ content: times(4000, () => ({})) })),
    400,
    /^(?!.*content\[1\]).*content\[0\]/s,
  ],
  ['an unknown field of a megabyte', START, `{"${'k'.repeat(1_200_000)}":1}`, 400, /^✖.*…$/s],
  [
    'a batch of unknown fields that take six bytes a character',
    BATCH,
    batchOf(20, () => `{"${'\\u0001'.repeat(9000)}":1}`),
    400,
    /./,
  ],
  ['an unknown procedure with a long name', 'x'.repeat(4900), '{}', 404, /^No procedure found.{1,400}…$/],
  [
    'a batch of them, with names that take six bytes a character',
    `${Array(20).fill('%01'.repeat(230)).join()}?batch=1`,
    '{}',
    404,
    /^No procedure found/,
  ],
  ['a megabyte that is not JSON', START, 'x'.repeat(MOST_BYTES), 400, /JSON/],
]

test.each(WIDE)(
  '%s: refused with a short response; nothing reaches upstream or the log',
  async (_, path, body, status, says) => {
    await using server = await startTestServer()
    const client = await server.client()
    const logged = server.logs.length
    const answer = await client.post(path, body)
    expect(answer.status).toBe(status)
    const errors = [answer.body].flat().map(({ error }) => error)
    for (const { message, data } of errors) {
      expect(message).toMatch(says)
      expect(message.split('✖').length - 1).toBeLessThanOrEqual(5)
      expect(message.length).toBeLessThanOrEqual(401)
      expect(data.path?.length ?? 0).toBeLessThanOrEqual(100)
    }
    expect(Buffer.byteLength(JSON.stringify(answer.body))).toBeLessThan(MOST_ANSWER_BYTES)
    expect(server.logs.slice(logged)).toEqual([])
    expect(server.simulator.stats().messages).toBe(0)
  },
)

test('only the first five of many issues are reported', async () => {
  const wide = procedure.input(z.array(z.uuid())).mutation(() => 'fine')
  await using server = await startTestServer({}, { router: router({ wide }) })
  const client = new WireClient(server.url)
  const { status, body } = await client.call('wide', Array(1000).fill('x'))
  expect(status).toBe(400)
  expect(body.error.message.match(/✖/g)).toHaveLength(5)
})

test('a request may have its limit of JSON values, and not one more', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  // Three per block, one for the list and one for the whole, and one per other field.
  const content = times(3331, () => ({ type: 'text', text: 'x' }))
  const fields = { content, model: 'claude-opus-4-8' }
  const taken = await client.call(START, question(fields))
  expect([taken.status, taken.body.error]).toEqual([200, undefined])
  const refused = await client.call(START, question({ ...fields, effort: 'low', maxTokens: 10 }))
  expect([refused.status, refused.body.error.data.code]).toEqual([413, 'PAYLOAD_TOO_LARGE'])
})

test.each(['multipart/form-data; boundary=x', 'text/plain', 'application/octet-stream'])(
  'a body of type %s is refused',
  async (type) => {
    await using server = await startTestServer()
    const response = await fetch(`${server.url}/trpc/${START}`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: '--x\r\ncontent-disposition: form-data; name="runId"\r\n\r\nx\r\n--x--\r\n',
    })
    expect(response.status).toBe(415)
    expect(await response.json()).toMatchObject({ error: { data: { code: 'UNSUPPORTED_MEDIA_TYPE' } } })
  },
)
