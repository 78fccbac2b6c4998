import * as fc from 'fast-check'
import type { Asked } from './exchange.ts'
import { oddJson } from './odd-json.ts'

const PROCEDURES = [
  'chat.send',
  'chat.regenerate',
  'conversations.list',
  'conversations.get',
  'conversations.rename',
  'conversations.remove',
  'conversations.restore',
  'conversations.search',
  'runs.events',
  'runs.ack',
  'runs.stop',
  'models.list',
  'notes.list',
  'notes.search',
  'notes.get',
  'notes.add',
  'notes.update',
  'notes.remove',
] as const

const procedure = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<string>(...PROCEDURES) },
  {
    weight: 1,
    arbitrary: fc.array(fc.constantFrom<string>(...PROCEDURES), { maxLength: 12 }).map((all) => all.join()),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'chat',
      'chat.send.more',
      'runs.__proto__',
      'constructor',
      'toString',
      '..%2f..%2fetc%2fpasswd',
      '%00',
      '%zz',
      ',',
      '.',
      '',
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 60 }) },
)

const query = fc.oneof(
  { weight: 6, arbitrary: oddJson.map((text) => `?input=${encoded(text).slice(0, 6000)}`) },
  { weight: 2, arbitrary: oddJson.map((text) => `?batch=1&input=${encoded(text).slice(0, 6000)}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '?',
      '?input',
      '?input=%zz',
      '?batch=1',
      '?batch=2',
      '?connectionParams=%7B',
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 80 }).map((text) => `?${text}`) },
)

const file = fc.constantFrom(
  '/attachments',
  '/attachments?name=a.png',
  '/attachments?name=a&name=b',
  '/attachments?name=%ED%A0%80%00%zz',
  `/attachments?name=${'x'.repeat(10_000)}`,
  '/attachments/%00',
  '/attachments/0198c0de-0000-4000-8000-000000000000',
)

const target = fc.oneof(
  { weight: 2, arbitrary: file },
  { weight: 12, arbitrary: fc.tuple(procedure, query).map(([name, rest]) => `/trpc/${name}${rest}`) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.string({ maxLength: 60 }), query).map(([name, rest]) => `/${name}${rest}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '*',
      '/',
      '//',
      '/trpc',
      '/trpc/',
      '/healthz',
      '/readyz',
      '/metrics',
      '/favicon.ico',
    ),
  },
)

const headers = fc.record(
  {
    'content-type': fc.constantFrom(
      'application/json',
      'application/json; charset=utf-8',
      'application/json; charset=latin1',
      'text/plain',
      'multipart/form-data',
      'application/octet-stream',
      'application/x-www-form-urlencoded',
      '???',
    ),
    cookie: fc.oneof(
      fc.string({ maxLength: 200 }).map((text) => `sluice_session=${headerSafe(text)}`),
      fc.constantFrom(
        'sluice_session=',
        'sluice_session=a.b',
        'sluice_session=%zz',
        '=;=;=',
        'a'.repeat(4000),
      ),
    ),
    'last-event-id': fc.oneof(fc.nat().map(String), fc.string({ maxLength: 40 }).map(headerSafe)),
    accept: fc.constantFrom('text/event-stream', 'application/json', '*/*', ''),
    'trpc-accept': fc.constantFrom('application/jsonl', 'application/x', ''),
    origin: fc.constantFrom('http://evil.example', 'null', 'http://127.0.0.1'),
    'sec-fetch-site': fc.constantFrom('same-origin', 'cross-site', 'x'),
    'x-forwarded-for': fc.string({ maxLength: 40 }).map(headerSafe),
    'x-forwarded-proto': fc.constantFrom('https', 'x'),
    'content-encoding': fc.constantFrom('gzip', 'identity', 'x'),
    'transfer-encoding': fc.constant('chunked'),
  },
  { requiredKeys: [] },
)

/** Any request that a client can send. Most are almost valid. */
export const oddRequest: fc.Arbitrary<Asked> = fc
  .record({
    method: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom('GET', 'POST') },
      {
        weight: 1,
        arbitrary: fc.constantFrom('PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND'),
      },
    ),
    target,
    headers: fc.oneof(
      { weight: 3, arbitrary: fc.constant({ 'content-type': 'application/json' }) },
      { weight: 2, arbitrary: headers },
    ),
    body: fc.option(oddJson, { nil: undefined }),
  })
  .map(({ method, headers: given, body, target: path }) => ({
    method,
    headers: given,
    path: requestTarget(path),
    body: method === 'GET' || method === 'HEAD' ? undefined : body,
  }))

/** `encodeURIComponent` throws for a lone surrogate. */
function encoded(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString())
}

function headerSafe(text: string): string {
  return text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?')
}

/** The characters that Node's client accepts in a request line. */
function requestTarget(path: string): string {
  return path.replaceAll(/[^\x21-\x7e]/g, '%20')
}
