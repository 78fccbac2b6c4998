import { Histogram } from '../histogram.ts'
import { currentTick, decodeStamp, ticksBetween, TICKS_PER_MS } from '../stamp.ts'
import { MARK } from '../upstream/wire.ts'

const MARK_BYTE = MARK.charCodeAt(0)

/** What a group of visits has received, counted without parsing any protocol. */
export class Tally {
  deltas = 0
  bytesIn = 0
  /** From a delta's stamp to its arrival here. Means nothing for answers that are not paced. */
  delays = new Histogram()

  /** Counts a chunk of body and returns how many deltas begin in it. */
  count(chunk: Uint8Array): number {
    const now = currentTick()
    let deltas = 0
    for (let at = chunk.indexOf(MARK_BYTE); at !== -1; at = chunk.indexOf(MARK_BYTE, at + 1)) {
      deltas += 1
      const stamp = decodeStamp(chunk, at + 1)
      if (stamp !== undefined) this.delays.add(ticksBetween(stamp, now) / TICKS_PER_MS)
    }
    this.deltas += deltas
    return deltas
  }

  reset(): void {
    this.deltas = 0
    this.bytesIn = 0
    this.delays = new Histogram()
  }
}
