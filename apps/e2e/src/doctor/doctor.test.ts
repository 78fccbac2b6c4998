import { type Simulator, startSimulator } from '@sluice/claude-sim'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePorts } from '../free-ports.ts'
import { type Product, startProduct } from '../product/start-product.ts'
import { ALL_OK, diagnosis, doctor } from './run-doctor.ts'

let product: Product

beforeAll(async () => {
  product = await startProduct({ SIMULATOR: '1' })
})
afterAll(async () => {
  await product?.stop('SIGKILL')
})

test.concurrent('without a proxy there are no problems, and a note about HTTP/1.1', async () => {
  const { code, levels, messages } = await diagnosis(product.url)
  expect(levels).toEqual({ ...ALL_OK, http: 'note' })
  expect(messages).toContain('six connections')
  expect(code).toBe(0)
})

test.concurrent('with the real Claude it tells the cost first, and asks twice', async () => {
  const simulator: Simulator = await startSimulator({ defaults: { tps: 80, ttft: 300, tokens: 5000 } })
  await using paid = await startProduct({
    ANTHROPIC_API_KEY: 'test-key',
    ANTHROPIC_BASE_URL: simulator.url,
  })
  const { code, out, err } = await doctor(paid.url)
  expect(err).toMatch(/Asking claude-opus-4-8 two short questions, at most \$0\.0\d+/)
  expect(out).toContain('Text arrives as it is written')
  expect(out).toContain('Pings were not measured')
  expect(out).not.toContain('FAIL')
  expect(code).toBe(0)
  expect(simulator.stats().requests.map(({ outcome }) => outcome)).toEqual(['aborted', 'aborted'])
  await simulator.close()
})

test.concurrent('no URL, an unreachable one, and one that is not Sluice: one message each, and exit code 1', async () => {
  const simulator = await startSimulator()
  const [port] = await freePorts(1)
  const cases: [args: string[], message: RegExp][] = [
    [[], /Expected one URL\.\n\nTests/],
    [['banana'], /^"banana" is not the URL of a page/],
    [
      [`http://127.0.0.1:${port}`],
      /^Nothing listens at 127\.0\.0\.1:\d+\. Is Sluice or its proxy running\?\n$/,
    ],
    [[simulator.url], /is not Sluice: \/trpc\/models\.list answered 40\d/],
    [[product.url.replace('http:', 'https:')], /does not speak TLS/],
    [[product.url, '--grace', 'long'], /--grace: expected seconds/],
  ]
  for (const [args, message] of cases) {
    const { code, out, err } = await doctor(...args)
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(message)
  }
  const { code, out } = await doctor(`http://127.0.0.1:${port}`, '--json')
  expect([code, JSON.parse(out)]).toMatchObject([1, { ok: false, error: { code: 'unreachable' } }])
  await simulator.close()
})
