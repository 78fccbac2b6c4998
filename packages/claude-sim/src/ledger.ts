import type { SentFile } from './sent-files.ts'

export type Outcome =
  /** Not ended yet. */
  | 'open'
  /** We ended it, with an answer or an honest refusal to give one. */
  | 'completed'
  /** The peer closed before we ended. */
  | 'aborted'
  /** A fault that was asked for ended it. */
  | 'faulted'

export interface RequestRecord {
  /** The request id, as in the `request-id` header. */
  id: string
  endpoint: 'messages' | 'count_tokens'
  model: string
  stream: boolean
  /** The last user text, without directives. */
  prompt: string
  /** Of all turns, oldest first. */
  files: SentFile[]
  /** 0 until headers are sent. */
  status: number
  outcome: Outcome
  /** Milliseconds since the epoch. */
  startedAt: number
  endedAt?: number
  /** Bytes of body handed to the socket. */
  bytesWritten: number
  /** Output tokens served so far, thinking included. */
  tokens: number
  /** The answer so far: every `text_delta`, joined. */
  text: string
  /** Every `thinking_delta`, joined. */
  thinking: string
  /** The socket is full and we wait for it to drain. */
  blocked: boolean
}

export interface SimulatorStats {
  /** Oldest first; the last 10,000. */
  requests: RequestRecord[]
  /** How many `POST /v1/messages` came in, whatever became of them. */
  messages: number
  /** How many of `requests` are still open. */
  open: number
}

export interface Served {
  bytes: number
  tokens: number
  text: string
  thinking: string
}

interface Waiter {
  check(): void
}

const MAX_RECORDS = 10_000
const MAX_CHARS = 64_000_000

/** What was served, and the wake-up of whoever waits for a change of it. */
export class Ledger {
  #records: RequestRecord[] = []
  #messages = 0
  #chars = 0
  readonly #waiters = new Set<Waiter>()

  open(id: string, endpoint: RequestRecord['endpoint']): RequestRecord {
    const record: RequestRecord = {
      id,
      endpoint,
      model: '',
      stream: false,
      prompt: '',
      files: [],
      status: 0,
      outcome: 'open',
      startedAt: Date.now(),
      bytesWritten: 0,
      tokens: 0,
      text: '',
      thinking: '',
      blocked: false,
    }
    this.#records.push(record)
    if (endpoint === 'messages') this.#messages += 1
    this.#changed()
    return record
  }

  describe(
    record: RequestRecord,
    details: Partial<Pick<RequestRecord, 'model' | 'stream' | 'prompt' | 'files' | 'status' | 'blocked'>>,
  ): void {
    Object.assign(record, details)
    this.#changed()
  }

  served(record: RequestRecord, { bytes, tokens, text, thinking }: Served): void {
    record.bytesWritten += bytes
    record.tokens += tokens
    // A concatenation is a rope in V8: it costs the same at the last token as at the first.
    record.text += text
    record.thinking += thinking
    this.#changed()
  }

  /** Only the first end counts. */
  end(record: RequestRecord, outcome: Exclude<Outcome, 'open'>): void {
    if (record.outcome !== 'open') return
    record.outcome = outcome
    record.endedAt = Date.now()
    record.blocked = false
    this.#chars += record.text.length + record.thinking.length
    this.#forgetOldest()
    this.#changed()
  }

  stats(): SimulatorStats {
    const requests = this.#records.map((record) => ({ ...record }))
    return {
      requests,
      messages: this.#messages,
      open: requests.filter((record) => record.outcome === 'open').length,
    }
  }

  /** Resolves at the first change that satisfies the predicate; rejects with the signal's reason. */
  async waitFor(
    predicate: (stats: SimulatorStats) => boolean,
    signal?: AbortSignal,
  ): Promise<SimulatorStats> {
    signal?.throwIfAborted()
    const { promise, resolve, reject } = withResolvers<SimulatorStats>()
    const waiter: Waiter = {
      check: () => {
        try {
          const stats = this.stats()
          if (predicate(stats)) resolve(stats)
        } catch (error) {
          reject(error)
        }
      },
    }
    const abort = () => reject(signal?.reason)
    this.#waiters.add(waiter)
    signal?.addEventListener('abort', abort, { once: true })
    try {
      waiter.check()
      return await promise
    } finally {
      this.#waiters.delete(waiter)
      signal?.removeEventListener('abort', abort)
    }
  }

  reset(): void {
    this.#records = []
    this.#messages = 0
    this.#chars = 0
    this.#changed()
  }

  #changed(): void {
    for (const waiter of this.#waiters) waiter.check()
  }

  /** A record that is still open stays, so that its end can be awaited. */
  #forgetOldest(): void {
    while (this.#records.length > MAX_RECORDS || this.#chars > MAX_CHARS) {
      const index = this.#records.findIndex((record) => record.outcome !== 'open')
      const [oldest] = index === -1 ? [] : this.#records.splice(index, 1)
      if (oldest === undefined) return
      this.#chars -= oldest.text.length + oldest.thinking.length
    }
  }
}

/** `Promise.withResolvers` is Node 22. */
function withResolvers<Value>() {
  let fulfil!: (value: Value) => void
  let fail!: (reason: unknown) => void
  const promise = new Promise<Value>((resolve, reject) => {
    fulfil = resolve
    fail = reject
  })
  return { promise, resolve: fulfil, reject: fail }
}
