import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from '../bench.ts'
import type { AnswerRecord } from '../upstream/ledger.ts'

const POLL_MS = 50
/** Longer than the grace. */
export const OBSERVE_MS = 12_000

/** The upstream's records of a group's answers, once all are closed or after `OBSERVE_MS`. */
export async function untilClosed({ upstream }: Bench, group: string): Promise<readonly AnswerRecord[]> {
  const until = performance.now() + OBSERVE_MS
  for (;;) {
    const records = await upstream.records(group)
    if (records.every(({ closedAt }) => closedAt !== undefined) || performance.now() > until) return records
    await sleep(POLL_MS)
  }
}
