import { afterEach, expect, test, vi } from 'vitest'
import { createBusyShare } from './busy-share.ts'
import { collect } from './testing/collect.ts'
import { startTestServer } from './testing/start-test-server.ts'

afterEach(() => vi.restoreAllMocks())

/** Of processor time. */
const LOOP_MS = 100

test('a process that works all the time is busy, and is asked about that time only', async () => {
  const [allSince, allBefore] = [performance.now(), process.cpuUsage()]
  const busyShare = createBusyShare()
  const loopSince = performance.now()
  const until = process.cpuUsage().user + LOOP_MS * 1000
  // By its own processor time and not by the clock: another process may have the core.
  while (process.cpuUsage().user < until);
  const loopMs = performance.now() - loopSince
  const busy = busyShare()
  const all = process.cpuUsage(allBefore)
  // It was asked about a little more than the loop, and a little less than all of this.
  expect(busy).toBeGreaterThanOrEqual(LOOP_MS / (performance.now() - allSince))
  expect(busy).toBeLessThanOrEqual((all.user + all.system) / 1000 / loopMs)
  const before = process.cpuUsage()
  busyShare()
  const since = performance.now()
  await new Promise((resolve) => setImmediate(resolve))
  const leastMs = performance.now() - since
  const share = busyShare()
  const { user, system } = process.cpuUsage(before)
  // What the loop above took is not counted again.
  expect(share * leastMs * 1000).toBeLessThanOrEqual(user + system)
})

test('a server whose process is busy sends about half as many frames', async () => {
  // One whole core: as much processor time as has passed.
  vi.spyOn(process, 'cpuUsage').mockImplementation((before) => ({
    user: performance.now() * 1000 - (before?.user ?? 0),
    system: 0,
  }))
  await using server = await startTestServer({ FRAME_MS: '100' })
  const client = await server.client()
  const runId = await server.start(client, 'busy [[sim tps=100 tokens=300 thinking=0]]')
  await collect(await client.events({ runId }))
  const end = server.logs.find(({ msg }) => msg === 'run ended')
  // Slower machines send fewer in that time, never more. An idle process sends about one in 100 ms.
  expect(end?.['frames']).toBeLessThan((Number(end?.['ms']) / 100) * 0.8)
})
