import { expect, test } from 'vitest'
import { createBusyShare } from './busy-share.ts'

test('a process that works all the time is busy, and is asked about that time only', async () => {
  const busyShare = createBusyShare()
  const until = process.cpuUsage().user + 100_000
  // By its own processor time and not by the clock: another process may have the core.
  while (process.cpuUsage().user < until);
  const busy = busyShare()
  expect(busy).toBeGreaterThan(0)
  const before = process.cpuUsage()
  const since = performance.now()
  busyShare()
  await new Promise((resolve) => setImmediate(resolve))
  const share = busyShare()
  const { user, system } = process.cpuUsage(before)
  // What the loop above took is not counted again.
  expect(share * (performance.now() - since) * 1000).toBeLessThanOrEqual(user + system)
})
