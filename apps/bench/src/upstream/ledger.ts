import { monotonicMs } from '../stamp.ts'

/** One request and its answer, as the API would bill it. */
export interface AnswerRecord {
  tokens: number
  /** Of the body, passed to the socket. */
  bytes: number
  /** Sent to its end. */
  completed: boolean
  /** By the machine's monotonic clock, in ms; undefined while the connection is open. */
  closedAt?: number
}

/** Answers by the group in their prompt. */
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
