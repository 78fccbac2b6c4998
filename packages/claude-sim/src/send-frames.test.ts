import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Simulator, startSimulator } from './simulator.ts'
import { ask, askRaw, eventsOf, readToClose, readUntil } from './testing/test-client.ts'

let sim: Simulator
beforeEach(async () => {
  sim = await startSimulator()
})
afterEach(() => sim.close())

test('a reader that never reads stops the answer, while others get all of theirs', async () => {
  const sim64K = 'tokens=256000'
  const stuck = askRaw(sim.url, { sim: sim64K })
  await sim.waitFor(({ requests }) => requests[0]?.blocked === true)

  // Both take turns in the same event loop: when a whole twin was served, the other had its chance too.
  const whole = (await (await ask(sim.url, { sim: sim64K })).arrayBuffer()).byteLength
  const { bytesWritten, tokens } = sim.stats().requests[0] ?? { bytesWritten: 0, tokens: 0 }
  await (await ask(sim.url, { sim: sim64K })).arrayBuffer()
  expect(sim.stats().requests[0]).toMatchObject({ bytesWritten, tokens, blocked: true, outcome: 'open' })
  expect(bytesWritten).toBeLessThan(whole / 2)

  stuck.destroy()
  const { requests } = await sim.waitFor((stats) => stats.open === 0)
  expect(requests[0]).toMatchObject({ bytesWritten, tokens, outcome: 'aborted' })
})

test('a reader that reads again gets the rest', async () => {
  const socket = askRaw(sim.url, { sim: 'tokens=256000' })
  await sim.waitFor(({ requests }) => requests[0]?.blocked === true)
  expect((await readToClose(socket)).received).toMatch(/\r\n0\r\n\r\n$/)
  expect(sim.stats().requests[0]).toMatchObject({ tokens: 256_000, outcome: 'completed' })
})

test('a client that leaves is counted as aborted, and costs nothing from then on', async () => {
  const controller = new AbortController()
  const response = await ask(sim.url, { sim: 'tps=200 tokens=64000' }, { signal: controller.signal })
  await sim.waitFor(({ requests }) => (requests[0]?.tokens ?? 0) > 10)
  controller.abort()
  await expect(response.text()).rejects.toThrow('aborted')
  const { requests } = await sim.waitFor((stats) => stats.open === 0)
  const [left] = requests
  expect(left).toMatchObject({ outcome: 'aborted', endedAt: expect.any(Number) })
  expect(left?.tokens).toBeLessThan(1000)

  await (await ask(sim.url, { sim: 'tps=200 tokens=20' })).text()
  expect(sim.stats().requests[0]).toEqual(left)
})

test('a client that leaves before its message is ready was served nothing', async () => {
  const controller = new AbortController()
  const waiting = ask(sim.url, { stream: false, sim: 'ttft=600000' }, { signal: controller.signal })
  await sim.waitFor(({ requests }) => requests[0]?.model !== '' && requests.length === 1)
  controller.abort()
  await expect(waiting).rejects.toThrow('aborted')
  const { requests } = await sim.waitFor((stats) => stats.open === 0)
  expect(requests[0]).toMatchObject({ outcome: 'aborted', tokens: 0, bytesWritten: 0 })
})

test('an answer is never faster than its pace', async () => {
  await (await ask(sim.url, { sim: 'tps=200 tokens=40 ttft=50' })).text()
  const { startedAt, endedAt = 0 } = sim.stats().requests[0] ?? { startedAt: 0 }
  // The last delta has at most five tokens, and Date.now() rounds.
  expect(endedAt - startedAt).toBeGreaterThanOrEqual(50 + (35 * 1000) / 200 - 2)
})

test('pings come while the first token is awaited', async () => {
  const socket = askRaw(sim.url, { sim: 'ttft=3600000 ping=1' })
  const received = await readUntil(socket, (all) => all.split('event: ping').length > 5)
  expect(received).not.toContain('content_block_start')
  socket.destroy()
})

test('silent thinking counts its tokens without sending any', async () => {
  const extra = { thinking: { type: 'adaptive' } }
  const socket = askRaw(sim.url, { sim: 'tps=500 thinking=64000 ping=0', extra })
  const { requests } = await sim.waitFor((stats) => (stats.requests[0]?.tokens ?? 0) > 20)
  expect(requests[0]).toMatchObject({ text: '', thinking: '', outcome: 'open' })
  expect(requests[0]?.bytesWritten).toBeLessThan(2000)
  socket.destroy()
})

test('a hundred streams at once all get their own whole answer', async () => {
  const streams = Array.from({ length: 100 }, async (_, index) => {
    const response = await ask(sim.url, { prompt: `Question ${index}`, sim: 'tps=1000 tokens=200' })
    return eventsOf(await response.text()).at(-1)?.event
  })
  expect(new Set(await Promise.all(streams))).toEqual(new Set(['message_stop']))
  const { requests } = sim.stats()
  expect(requests.every(({ outcome, tokens }) => outcome === 'completed' && tokens === 200)).toBe(true)
  expect(new Set(requests.map(({ text }) => text)).size).toBe(100)
})
