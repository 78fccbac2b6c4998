/** While the run's grace may still last, a late attempt could lose the rest of the answer. */
const URGENT_ATTEMPTS = 10
const URGENT_MS = 1000
const FIRST_MS = 250
const GROWTH = 1.5
const LONGEST_MS = 10_000

/**
 * How long to wait after attempt number `attempt`, in ms: from 250 ms growing to 1 s in the first ten attempts, then to
 * 10 s. The result is a random part of this, between half and all of it, so that clients do not return to a restarted
 * server at the same moment.
 */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const ceiling =
    attempt <= URGENT_ATTEMPTS
      ? Math.min(URGENT_MS, FIRST_MS * GROWTH ** Math.max(0, attempt - 1))
      : Math.min(LONGEST_MS, URGENT_MS * GROWTH ** (attempt - URGENT_ATTEMPTS))
  return ceiling * (0.5 + random() / 2)
}
