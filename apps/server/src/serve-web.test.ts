import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from './testing/start-test-server.ts'

/** As a browser asks for the address in its address bar. */
const NAVIGATION = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }
const PAGE = '<!doctype html><title>The page</title>'

let webRoot: string
let server: TestServer

beforeAll(async () => {
  webRoot = await mkdtemp(join(tmpdir(), 'sluice-web-'))
  await mkdir(join(webRoot, 'assets'))
  await writeFile(join(webRoot, 'index.html'), PAGE)
  await writeFile(join(webRoot, 'assets/index-abc.js'), 'export {}')
  server = await startTestServer({}, { webRoot })
})
afterAll(async () => {
  await server.close()
  await rm(webRoot, { recursive: true })
})

const get = (path: string, init?: RequestInit) => fetch(server.url + path, { headers: NAVIGATION, ...init })

test('a path that only the page knows gets the page, with the status and headers of /', async () => {
  const first = await get('/')
  const headersOf = ({ headers }: Response) => {
    const { date: _date, ...rest } = Object.fromEntries(headers)
    return rest
  }
  expect(first.headers.get('cache-control')).toBe('no-cache')
  expect(first.headers.get('content-security-policy')).toContain("default-src 'none'")
  for (const path of [
    '/about',
    '/about?a=b',
    '/chat/0198c0de-0000-4000-8000-00000000000a',
    '/trpcs',
    '/a.b',
  ]) {
    const response = await get(path)
    expect(response.status, path).toBe(200)
    expect(await response.text(), path).toBe(PAGE)
    expect(headersOf(response), path).toEqual(headersOf(first))
    expect((await get(path, { method: 'HEAD' })).status, path).toBe(200)
  }
})

test('everything else that is not there is a typed 404, also for a browser', async () => {
  for (const [path, init] of [
    ['/trpc', {}],
    ['/trpc?batch=1', {}],
    ['/trpc/no.such', {}],
    ['/trpc/no/such', {}],
    ['/assets/index-old.js', {}],
    ['/assets/', {}],
    ['/about', { headers: { accept: '*/*' } }],
    ['/about', { headers: { accept: 'application/json' } }],
    ['/about', { method: 'POST' }],
  ] as const) {
    const response = await get(path, init)
    expect(response.status, path).toBe(404)
    expect(await response.json(), path).toMatchObject({
      error: { data: { code: 'NOT_FOUND', httpStatus: 404 } },
    })
  }
})

test('an asset that is there is kept for ever', async () => {
  const response = await get('/assets/index-abc.js')
  expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
})
