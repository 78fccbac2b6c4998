import { queryObjects, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { setTimeout as sleep } from 'node:timers/promises'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Bytes of JavaScript heap in use after garbage collection. */
export function heapInUse(): number {
  // Twice: finalizers and weak references of the first pass may free more.
  collectGarbage()
  collectGarbage()
  return process.memoryUsage().heapUsed
}

/** Number of objects of a class in memory, after garbage collection. */
export function instancesOf(constructor: new (...args: never[]) => object): number {
  return queryObjects(constructor, { format: 'count' })
}

/** Counts what keeps this process alive, by kind: sockets, servers, timers. */
export function resources(): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

const POLL_MS = 250

/** Polls until `leftOver` returns undefined. @throws with its last result after `ms`. */
export async function until(ms: number, leftOver: () => object | undefined): Promise<void> {
  const deadline = performance.now() + ms
  for (;;) {
    const left = leftOver()
    if (left === undefined) return
    if (performance.now() > deadline) throw new Error(`still there after ${ms} ms: ${JSON.stringify(left)}`)
    await sleep(POLL_MS)
  }
}
