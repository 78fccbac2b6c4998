/**
 * The time at which a delta was written, in four characters of its text: its receiver computes how long it was on its
 * way. Ticks are 0.1 ms of the machine's monotonic clock, which all processes share; they
 * wrap after 168 s.
 */
const MODULUS = 36 ** 4
export const TICKS_PER_MS = 10

// `performance.now()` costs a fraction of `hrtime.bigint()`, but starts at 0 in every process.
const ORIGIN_MS = Number(process.hrtime.bigint() / 1000n) / 1000 - performance.now()

/** Milliseconds of the machine's monotonic clock. */
export function monotonicMs(): number {
  return ORIGIN_MS + performance.now()
}

export function currentTick(): number {
  return Math.floor(monotonicMs() * TICKS_PER_MS) % MODULUS
}

export function encodeStamp(tick: number): string {
  return tick.toString(36).padStart(4, '0')
}

/** The stamp at an offset, or undefined when those four bytes are not one (a chunk ended in its middle). */
export function decodeStamp(bytes: Uint8Array, offset: number): number | undefined {
  let tick = 0
  for (let index = offset; index < offset + 4; index += 1) {
    const digit = digitOf(bytes[index] ?? 0)
    if (digit === undefined) return undefined
    tick = tick * 36 + digit
  }
  return tick
}

export function ticksBetween(from: number, to: number): number {
  return (to - from + MODULUS) % MODULUS
}

function digitOf(byte: number): number | undefined {
  if (byte >= 48 && byte <= 57) return byte - 48
  if (byte >= 97 && byte <= 122) return byte - 87
  return undefined
}
