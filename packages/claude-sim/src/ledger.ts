import { EventEmitter, once } from 'node:events'
import type { CallPiece } from './frame.ts'
import type { SentFile } from './sent-files.ts'
import type { ToolResult } from './tool-loop.ts'

export type Outcome =
  /** Not ended yet. */
  | 'open'
  /** The simulator ended it, with an answer or a refusal that the request deserved. */
  | 'completed'
  /** The peer closed first. */
  | 'aborted'
  /** A fault ended it. */
  | 'faulted'

export interface RequestRecord {
  /** The request id, as in the `request-id` header. */
  id: string
  model: string
  stream: boolean
  /** The last prompt, without directives. It is the same in all rounds of a loop. */
  prompt: string
  /** Of all turns, oldest first. */
  files: SentFile[]
  /** How often results of tools came back since the prompt. */
  round: number
  /** The names of the tools that the request offers. */
  tools: string[]
  /** The results that came with this request. */
  toolResults: ToolResult[]
  /** 0 until headers are sent. */
  status: number
  outcome: Outcome
  /** Milliseconds since the epoch. */
  startedAt: number
  endedAt?: number
  /** Bytes of the body handed to the socket. */
  bytesWritten: number
  /** Output tokens served so far, thinking included. */
  tokens: number
  /** The answer so far: every `text_delta`, joined. */
  text: string
  /** Every `thinking_delta`, joined. */
  thinking: string
  /** The calls of tools in the answer so far. The input is JSON, cut off where the stream was. */
  toolCalls: CallPiece[]
  /** The socket is full and the answer waits for it to drain. */
  blocked: boolean
}

export interface Served {
  bytes?: number
  tokens?: number
  text?: string
  thinking?: string
  calls?: readonly CallPiece[]
}

export interface SimulatorStats {
  /** Oldest first; the last 10,000. */
  requests: RequestRecord[]
  /** How many `POST /v1/messages` came in, refused ones included. */
  messages: number
  /** How many of `requests` are still open. */
  open: number
}

const MAX_RECORDS = 10_000
const MAX_CHARS = 64_000_000

/** Counts what is served, and lets callers wait for a count. */
export class Ledger {
  #records: RequestRecord[] = []
  #messages = 0
  /** In the texts, inputs and results of ended records. */
  #chars = 0
  readonly #changes = new EventEmitter().setMaxListeners(0)

  open(id: string): RequestRecord {
    const record: RequestRecord = {
      id,
      model: '',
      stream: false,
      prompt: '',
      files: [],
      round: 0,
      tools: [],
      toolResults: [],
      status: 0,
      outcome: 'open',
      startedAt: Date.now(),
      bytesWritten: 0,
      tokens: 0,
      text: '',
      thinking: '',
      toolCalls: [],
      blocked: false,
    }
    this.#records.push(record)
    this.#messages += 1
    this.#changes.emit('change')
    return record
  }

  describe(
    record: RequestRecord,
    details: Partial<
      Omit<RequestRecord, keyof Served | 'bytesWritten' | 'toolCalls' | 'outcome' | 'endedAt'>
    >,
  ): void {
    Object.assign(record, details)
    this.#changes.emit('change')
  }

  served(
    record: RequestRecord,
    { bytes = 0, tokens = 0, text = '', thinking = '', calls = [] }: Served,
  ): void {
    record.bytesWritten += bytes
    record.tokens += tokens
    // V8 concatenates lazily, so this costs the same at the last token as at the first.
    record.text += text
    record.thinking += thinking
    for (const call of calls) record.toolCalls = withPiece(record.toolCalls, call)
    this.#changes.emit('change')
  }

  /** Only the first end counts. */
  end(record: RequestRecord, outcome: Exclude<Outcome, 'open'>): void {
    if (record.outcome !== 'open') return
    record.outcome = outcome
    record.endedAt = Date.now()
    record.blocked = false
    this.#chars += charsIn(record)
    this.#forgetOldest()
    this.#changes.emit('change')
  }

  stats(): SimulatorStats {
    const requests = this.#records.map((record) => ({ ...record }))
    const open = requests.filter(({ outcome }) => outcome === 'open').length
    return { requests, messages: this.#messages, open }
  }

  /** Resolves after the first change that satisfies the predicate; rejects with an `AbortError` at the signal's abort. */
  async waitFor(
    predicate: (stats: SimulatorStats) => boolean,
    signal?: AbortSignal,
  ): Promise<SimulatorStats> {
    for (;;) {
      const stats = this.stats()
      if (predicate(stats)) return stats
      await once(this.#changes, 'change', { signal })
    }
  }

  reset(): void {
    this.#records = []
    this.#messages = 0
    this.#chars = 0
    this.#changes.emit('change')
  }

  /** A record that is still open stays, so that its end can be awaited. */
  #forgetOldest(): void {
    while (this.#records.length > MAX_RECORDS || this.#chars > MAX_CHARS) {
      const index = this.#records.findIndex(({ outcome }) => outcome !== 'open')
      const [oldest] = index === -1 ? [] : this.#records.splice(index, 1)
      if (oldest === undefined) return
      this.#chars -= charsIn(oldest)
    }
  }
}

/** A new list, because snapshots share the old one. */
function withPiece(calls: readonly CallPiece[], piece: CallPiece): CallPiece[] {
  const last = calls.at(-1)
  if (last?.id !== piece.id) return [...calls, piece]
  return [...calls.slice(0, -1), { ...last, input: last.input + piece.input }]
}

function charsIn({ text, thinking, toolCalls, toolResults }: RequestRecord): number {
  const inputs = toolCalls.reduce((sum, { input }) => sum + input.length, 0)
  return toolResults.reduce((sum, result) => sum + result.text.length, text.length + thinking.length + inputs)
}
