import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from '../bench.ts'
import type { AnswerRecord } from '../upstream/ledger.ts'

const POLL_MS = 50

/** What upstream says of a group's answers: once all are closed, or after `timeoutMs`. */
export async function untilClosed(
  { upstream }: Bench,
  group: string,
  timeoutMs: number,
): Promise<readonly AnswerRecord[]> {
  const until = performance.now() + timeoutMs
  for (;;) {
    const records = await upstream.records(group)
    if (records.every(({ closedAt }) => closedAt !== undefined) || performance.now() > until) return records
    await sleep(POLL_MS)
  }
}
