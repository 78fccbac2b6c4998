/**
 * Processor time over wall time since it was last asked: 1 is one core, and helper threads can bring it above. Not
 * the event loop's utilization, which counts every wake-up's wait for a core: it says 0.5 where this says 0.15.
 */
export function createBusyShare(): () => number {
  let since = performance.now()
  let before = process.cpuUsage()
  return () => {
    const now = performance.now()
    const { user, system } = process.cpuUsage(before)
    const share = (user + system) / 1000 / (now - since)
    since = now
    before = process.cpuUsage()
    return share
  }
}
