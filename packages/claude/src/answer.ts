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
import { isKnownWireEvent, parseWireEvent, type WireEvent, type WireUsage } from './wire-event.ts'

type Spent = Pick<DoneEvent, 'usage' | 'costUsd'>

/** Turns the wire's events into a run's, and keeps count of what the answer has cost so far. */
export class Answer {
  /** The model that answers, which may be a dated form of the one that was asked for. */
  #model: string
  readonly #promptChars: number
  #answerChars = 0
  #stopReason = 'end_turn'
  #usage: WireUsage = {}
  /** Set by `message_delta`, which brings the final count; before it, output tokens are an estimate. */
  #counted = false

  constructor({ model, promptChars }: { model: string; promptChars: number }) {
    this.#model = model
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

  /** The end of an answer that somebody stopped: what it has cost so far, as far as one can tell. */
  stopped(): DoneEvent {
    return { type: 'done', stopReason: 'stopped', ...this.#soFar() }
  }

  /** What a failed answer has cost, as far as one can tell. Undefined before Claude has begun. */
  spent(): Spent | undefined {
    return Object.keys(this.#usage).length > 0 || this.#answerChars > 0 ? this.#soFar() : undefined
  }

  #read(event: WireEvent): RunEvent | undefined {
    switch (event.type) {
      case 'message_start':
        this.#model = event.message.model
        this.#use(event.message.usage)
        return undefined
      case 'content_block_delta': {
        const { type, text, thinking } = event.delta
        if (type === 'text_delta' && text !== undefined) return { type: 'text', text }
        if (type === 'thinking_delta' && thinking !== undefined) return { type: 'thinking', text: thinking }
        return undefined
      }
      case 'message_delta':
        this.#stopReason = event.delta.stop_reason ?? this.#stopReason
        if (event.usage) this.#use(event.usage)
        this.#counted ||= event.usage?.output_tokens != null
        return undefined
      case 'message_stop':
        // A success on the wire, but no answer to anybody. It may come after some text.
        if (this.#stopReason === 'refusal') throw new ClaudeError('refused', 'stop_reason: refusal')
        return { type: 'done', stopReason: this.#stopReason, ...this.#soFar() }
      case 'error':
        throw new ClaudeError(
          errorCodeOfType(event.error.type) ?? 'internal',
          `event: error, ${event.error.type}`,
        )
      default:
        return event satisfies never
    }
  }

  #use(usage: WireUsage): void {
    for (const [key, value] of Object.entries(usage)) {
      if (value != null) this.#usage = { ...this.#usage, [key]: value }
    }
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
    return { usage, costUsd: costUsd(this.#model, usage) }
  }
}
