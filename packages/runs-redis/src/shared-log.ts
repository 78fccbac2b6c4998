import { isTextual } from '@sluice/events'
import type { SharedRun } from '@sluice/runs'
import type { Connection } from './connection.ts'
import { append } from './scripts.ts'

export interface SharedLogOptions {
  readonly run: SharedRun
  readonly instance: string
  readonly connection: Pick<Connection, 'send'>
  /** How long a run stays in Redis, in ms: while it is written, and after its end. */
  readonly ttlMs: { readonly live: number; readonly ended: number }
  /** Called when there is something to send. */
  readonly onGrowth: () => void
  readonly onStop: () => void
  /** Called when another instance has taken the run away. */
  readonly onFenced: () => void
}

/** Limit of one piece, in UTF-16 code units. A reader that begins inside a piece reads the whole of it. */
const PIECE_CHARS = 4096
/** Limit of one append, in UTF-16 code units. */
const APPEND_CHARS = 65_536

/**
 * The log of a run that this instance writes, as it is sent to Redis: in order, one append at a time, and from where
 * Redis says that the log stands. So a slow Redis gets larger appends, a repeated one doubles nothing, and what Redis
 * has lost is sent again.
 */
export class SharedLog {
  readonly #options: SharedLogOptions
  readonly #unwatch: () => void
  /** How much of the log Redis has, as far as this instance knows. */
  #end = 0
  #sending: Promise<void> | undefined
  #isStale = false
  #isOver = false

  constructor(options: SharedLogOptions) {
    this.#options = options
    this.#unwatch = options.run.log.watch(options.onGrowth)
  }

  /** How far Redis has the log. */
  get end(): number {
    return this.#end
  }

  /** Redis has the end of the log, or gets no more of it. */
  get isOver(): boolean {
    return this.#isOver
  }

  /**
   * Sends what Redis does not have, and asks whether the run should stop. What is appended meanwhile is sent as well.
   *
   * @throws what {@link Connection.send} throws.
   */
  async send(): Promise<void> {
    if (this.#isOver) return
    this.#isStale = true
    await (this.#sending ??= this.#sendAll())
  }

  close(): void {
    this.#isOver = true
    this.#unwatch()
  }

  async #sendAll(): Promise<void> {
    try {
      while (this.#isStale && !this.#isOver) {
        this.#isStale = false
        await this.#sendOnce()
      }
    } finally {
      this.#sending = undefined
    }
  }

  async #sendOnce(): Promise<void> {
    const { run, instance, connection, ttlMs, onStop, onFenced } = this.#options
    const { runId, owner, log } = run
    const { end, ended } = await log.status()
    const pieces = await this.#pieces()
    const isLast = ended && (pieces.at(-1)?.position ?? this.#end) === end
    const [code, stands, stop] = await append((...args) => connection.send(...args), {
      runId,
      instance,
      owner,
      start: this.#end,
      ttlMs: isLast ? ttlMs.ended : ttlMs.live,
      isLast,
      pieces,
    })
    if (code === 'fenced') {
      this.close()
      onFenced()
      return
    }
    if (stop === 1) onStop()
    this.#end = stands
    if (code === 'ok' && isLast) this.close()
    else if (stands < end) this.#isStale = true
  }

  async #pieces(): Promise<{ position: number; json: string }[]> {
    const pieces: { position: number; json: string }[] = []
    let position = this.#end
    for (const entry of await this.#options.run.log.read(this.#end, APPEND_CHARS)) {
      const { event } = entry
      if (isTextual(event)) {
        while (entry.position - position > PIECE_CHARS) {
          const rest = entry.position - position
          const from = event.text.length - rest
          position += PIECE_CHARS
          pieces.push({
            position,
            json: JSON.stringify({ ...event, text: event.text.slice(from, from + PIECE_CHARS) }),
          })
        }
        const text = event.text.slice(event.text.length - (entry.position - position))
        pieces.push({ position: entry.position, json: JSON.stringify({ ...event, text }) })
      } else pieces.push({ position: entry.position, json: JSON.stringify(event) })
      position = entry.position
    }
    return pieces
  }
}
