import {
  CHARS_PER_TOKEN,
  type DoneEvent,
  isTextual,
  mergeEvents,
  type RunEvent,
  type Usage,
} from '@sluice/events'
import type { EventSourceMessage } from 'eventsource-parser'
import { ClaudeError, errorCodeOfType } from './claude-error.ts'
import { costUsd } from './cost.ts'
import {
  isKnownWireEvent,
  parseWireEvent,
  type WireEvent,
  type WireMessage,
  type WireUsage,
} from './wire-event.ts'

type Spent = Pick<DoneEvent, 'usage' | 'costUsd' | 'model'>

/** Turns the wire's events into a run's, and keeps count of what the answer has cost so far. */
export class Answer {
  readonly #askedModel: string
  readonly #promptChars: number
  #answerChars = 0
  /** What `message_start` said. Its model is the one that answers, which may not be the one that was asked. */
  #message: { readonly id: string | undefined; readonly model: string } | undefined
  #stopReason: string | undefined
  #usage: WireUsage = {}
  /** Set by `message_delta`, which brings the final count; before it, output tokens are an estimate. */
  #counted = false

  constructor({ model, promptChars }: { model: string; promptChars: number }) {
    this.#askedModel = model
    this.#promptChars = promptChars
  }

  /**
   * The run's events for a batch of messages, text merged; a `done` is the last. What went wrong in the
   * middle of the batch is handed back beside the events before it, so that they are not lost.
   */
  take(messages: readonly EventSourceMessage[]): { events: RunEvent[]; failure?: unknown } {
    const events: RunEvent[] = []
    try {
      for (const { event: name, data } of messages) {
        if (!isKnownWireEvent(name)) continue
        const event = this.#read(parseWireEvent(data))
        if (event === undefined) continue
        events.push(event)
        if (event.type === 'done') break
        if (isTextual(event)) this.#answerChars += event.text.length
      }
    } catch (failure) {
      return { events: mergeEvents(events), failure }
    }
    return { events: mergeEvents(events) }
  }

  /**
   * How the answer ended, once Claude has said so: in `message_delta`, after the last text and shortly before
   * `message_stop`. A refusal is a success on the wire, but not an answer, so it comes as the error to report.
   */
  end(): DoneEvent | ClaudeError | undefined {
    if (this.#stopReason === undefined) return undefined
    if (this.#stopReason === 'refusal') return new ClaudeError('refused', 'stop_reason: refusal')
    return this.#done(this.#stopReason)
  }

  /** The end of an answer that was aborted: what it has cost so far, as far as one can tell. */
  stopped(): DoneEvent {
    return this.#done('stopped')
  }

  /** What a failed answer has cost, as far as one can tell. Undefined before Claude has begun. */
  spent(): Spent | undefined {
    return this.#message !== undefined || this.#answerChars > 0 ? this.#soFar() : undefined
  }

  #read(event: WireEvent): RunEvent | undefined {
    switch (event.type) {
      case 'message_start':
        this.#begin(event.message)
        return undefined
      case 'content_block_delta': {
        const { type, text, thinking } = event.delta
        if (type === 'text_delta' && text != null) return { type: 'text', text }
        if (type === 'thinking_delta' && thinking != null) return { type: 'thinking', text: thinking }
        return undefined
      }
      case 'message_delta':
        this.#stopReason = event.delta.stop_reason ?? this.#stopReason
        this.#use(event.usage)
        this.#counted ||= event.usage?.output_tokens != null
        return undefined
      case 'message_stop': {
        const end = this.end() ?? this.#done('end_turn')
        if (end instanceof ClaudeError) throw end
        return end
      }
      case 'error':
        throw new ClaudeError(
          errorCodeOfType(event.error.type) ?? 'internal',
          `event: error, ${event.error.type}`,
        )
      default:
        return event satisfies never
    }
  }

  /** Proxies that retry repeat a `message_start`, or go on with another message, which is not the same answer. */
  #begin({ id, model, usage }: WireMessage): void {
    if (this.#message === undefined) {
      this.#message = { id, model }
      this.#use(usage)
    } else if (id !== this.#message.id) {
      // Whatever the first one said of its end, the stream went on.
      this.#stopReason = undefined
      throw new ClaudeError('upstream_interrupted', 'a second message began in the same stream')
    }
  }

  #use(usage: WireUsage | null | undefined): void {
    for (const [key, value] of Object.entries(usage ?? {})) {
      if (value != null) this.#usage = { ...this.#usage, [key]: value }
    }
  }

  #done(stopReason: string): DoneEvent {
    return { type: 'done', stopReason, ...this.#soFar() }
  }

  #soFar(): Spent {
    const { input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens } = this.#usage
    const usage: Usage = {
      inputTokens: input_tokens ?? Math.ceil(this.#promptChars / CHARS_PER_TOKEN),
      outputTokens: this.#counted ? (output_tokens ?? 0) : Math.ceil(this.#answerChars / CHARS_PER_TOKEN),
      cacheReadTokens: cache_read_input_tokens ?? 0,
      cacheWriteTokens: cache_creation_input_tokens ?? 0,
      estimated: !this.#counted,
    }
    const model = this.#message?.model
    return {
      usage,
      costUsd: costUsd(model ?? this.#askedModel, usage),
      ...(model !== undefined && { model }),
    }
  }
}
