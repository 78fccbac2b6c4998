/** CPU time in ms, well above the noise. */
const MEASURABLE_MS = 3
/** About an answer of 64,000 tokens. Work that is not measurable at this size cannot be quadratic. */
const MAX_CHARS = 256_000
const FACTOR = 16

/**
 * How the work grows for a text that is 16 times as long: about 16 times if it is linear, 256 times if it is quadratic.
 * A regular expression does not count its steps, so this measures CPU time of this process, which a busy machine changes
 * little. It is only compared with itself: a limit of 64 leaves a factor of four either way.
 */
export function workGrowth(textOf: (chars: number) => string, work: (text: string) => unknown): number {
  let chars = 1000
  let before = cpuMs(textOf(chars), work)
  while (before < MEASURABLE_MS && chars < MAX_CHARS) {
    chars *= 2
    before = cpuMs(textOf(chars), work)
  }
  if (before < MEASURABLE_MS) return 1
  const [short, long] = [textOf(chars), textOf(chars * FACTOR)]
  let growth = cpuMs(long, work) / before
  // Garbage collection for earlier work, or a busy machine, may have disturbed it. Quadratic work stays quadratic.
  for (let again = 0; again < 4 && growth > 2 * FACTOR; again++)
    growth = Math.min(growth, cpuMs(long, work) / Math.max(before, cpuMs(short, work)))
  return growth
}

function cpuMs(text: string, work: (text: string) => unknown): number {
  const start = process.cpuUsage()
  work(text)
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}
