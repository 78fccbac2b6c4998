/** As long as the grace of a run may last, coming back late costs the rest of the answer. */
const URGENT_ATTEMPTS = 10
const URGENT_MS = 1000
const FIRST_MS = 250
const GROWTH = 1.5
const LONGEST_MS = 10_000

/**
 * How long to wait before attempt `attempt + 1`: from 250 ms growing to 1 s for the first ten attempts, then on
 * to 10 s. A random part between half and all of it is taken: a server that comes back should not meet all its
 * clients in the same instant.
 */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const ceiling =
    attempt <= URGENT_ATTEMPTS
      ? Math.min(URGENT_MS, FIRST_MS * GROWTH ** Math.max(0, attempt - 1))
      : Math.min(LONGEST_MS, URGENT_MS * GROWTH ** (attempt - URGENT_ATTEMPTS))
  return ceiling * (0.5 + random() / 2)
}
