import { Histogram } from '../histogram.ts'
import { currentTick, decodeStamp, ticksBetween, TICKS_PER_MS } from '../stamp.ts'
import { MARK } from '../upstream/wire.ts'

const MARK_BYTE = MARK.charCodeAt(0)

/** Counts what a group of visits receives, without parsing any protocol. */
export class Tally {
  deltas = 0
  /** Chunks with deltas. Each is a frame, unless a server writes faster than this reads. */
  frames = 0
  bytesIn = 0
  /** From a delta's stamp to its arrival here. Only meaningful for paced answers. */
  delays = new Histogram()

  /** Counts a chunk, and returns the number of deltas that begin in it. */
  count(chunk: Uint8Array): number {
    const now = currentTick()
    let deltas = 0
    for (let at = chunk.indexOf(MARK_BYTE); at !== -1; at = chunk.indexOf(MARK_BYTE, at + 1)) {
      deltas += 1
      const stamp = decodeStamp(chunk, at + 1)
      if (stamp !== undefined) this.delays.add(ticksBetween(stamp, now) / TICKS_PER_MS)
    }
    this.deltas += deltas
    if (deltas > 0) this.frames += 1
    return deltas
  }

  reset(): void {
    this.deltas = 0
    this.frames = 0
    this.bytesIn = 0
    this.delays = new Histogram()
  }
}
