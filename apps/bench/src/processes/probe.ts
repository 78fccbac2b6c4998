import { readFileSync } from 'node:fs'
import { answerCalls } from './rpc.ts'

// Preloaded into every server under test, so that their code need not know of it.

const MAX_COLLECTIONS = 10

const operations = {
  /** Processor time of the whole process so far, in µs: its GC and I/O threads too. */
  cpuUs(): number {
    const { user, system } = process.cpuUsage()
    return user + system
  },
  /** Bytes, after as many full collections as still find something. `heap` is what JavaScript holds, buffers included. */
  async memory() {
    let before = Number.POSITIVE_INFINITY
    for (let count = 0; ; count += 1) {
      globalThis.gc?.()
      // Buffers are released some time after the collection that found them dead.
      await new Promise((resolve) => setTimeout(resolve, 100))
      const { rss, heapUsed, external } = process.memoryUsage()
      const heap = heapUsed + external
      if (count === MAX_COLLECTIONS || heap > before * 0.995) return { rss, heap }
      before = heap
    }
  },
  /** Bytes that the process has read from sockets and files; undefined where the system does not say. */
  bytesRead(): number | undefined {
    try {
      return Number(/^rchar: (\d+)/m.exec(readFileSync('/proc/self/io', 'latin1'))?.[1])
    } catch {
      return undefined
    }
  },
}
export type Probe = typeof operations

answerCalls(operations)
// The channel alone must not keep a server alive that wants to close.
process.channel?.unref()
