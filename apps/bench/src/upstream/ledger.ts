import { monotonicMs } from '../stamp.ts'

/** What became of one request, as the payer would see it. */
export interface AnswerRecord {
  tokens: number
  /** Of body, handed to the kernel or waiting for it. */
  bytes: number
  /** Sent to its end. */
  completed: boolean
  /** By the machine's monotonic clock, in ms; undefined while the connection is open. */
  closedAt?: number
}

/** Answers by the group that their prompts named. */
export class Ledger {
  readonly #groups = new Map<string, AnswerRecord[]>()

  open(group: string): AnswerRecord {
    const record: AnswerRecord = { tokens: 0, bytes: 0, completed: false }
    const records = this.#groups.get(group)
    if (records) records.push(record)
    else this.#groups.set(group, [record])
    return record
  }

  close(record: AnswerRecord): void {
    record.closedAt ??= monotonicMs()
  }

  group(group: string): readonly AnswerRecord[] {
    return this.#groups.get(group) ?? []
  }
}
