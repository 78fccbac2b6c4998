/** Longer than any `id:` line. */
const CARRY_BYTES = 40
const ID = Buffer.from('\nid: ')
const NEWLINE = 10

/** Follows the last SSE id, a position, through chunks that may cut it anywhere. */
export class PositionFinder {
  #carry: Buffer = Buffer.alloc(0)

  /** The last whole id up to the end of this chunk, if it holds or completes one. */
  find(chunk: Buffer): number | undefined {
    const seam = Buffer.concat([this.#carry, chunk.subarray(0, CARRY_BYTES)])
    const position = lastId(chunk) ?? lastId(seam)
    this.#carry = Buffer.from((chunk.length < CARRY_BYTES ? seam : chunk).subarray(-CARRY_BYTES))
    return position
  }
}

function lastId(bytes: Buffer): number | undefined {
  for (let at = bytes.lastIndexOf(ID); at !== -1; at = at === 0 ? -1 : bytes.lastIndexOf(ID, at - 1)) {
    const start = at + ID.length
    const end = bytes.indexOf(NEWLINE, start)
    if (end !== -1) return Number(bytes.subarray(start, end).toString('latin1'))
  }
  return undefined
}
