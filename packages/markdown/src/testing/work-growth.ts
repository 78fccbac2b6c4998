/** CPU ms, well over what there is of noise. */
const MEASURABLE_MS = 3
/** About an answer of 64,000 tokens. What cannot be measured up to here is not quadratic: it would be seconds. */
const MAX_CHARS = 256_000
const FACTOR = 16

/**
 * How much more work a text is that is 16 times as long: 16 times where it is linear, 256 times where it is
 * quadratic. A regular expression does not count its steps, so the CPU time of this process stands for them, which
 * a busy machine changes little. It is compared with itself only; a limit of 64 leaves a factor of four either way.
 */
export function workGrowth(textOf: (chars: number) => string, work: (text: string) => unknown): number {
  let chars = 1000
  let before = cpuMs(textOf(chars), work)
  while (before < MEASURABLE_MS && chars < MAX_CHARS) {
    chars *= 2
    before = cpuMs(textOf(chars), work)
  }
  if (before < MEASURABLE_MS) return 1
  const text = textOf(chars * FACTOR)
  // Twice: the first may have to collect what others left.
  return Math.min(cpuMs(text, work), cpuMs(text, work)) / before
}

function cpuMs(text: string, work: (text: string) => unknown): number {
  const start = process.cpuUsage()
  work(text)
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}
