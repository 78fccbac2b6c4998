import { randomUUID } from 'node:crypto'
import {
  CHARS_PER_TOKEN,
  type DoneEvent,
  isTextual,
  mergeEvents,
  type RunEvent,
  type Usage,
} from '@sluice/events'
import type { EventSourceMessage } from 'eventsource-parser'
import type { z } from 'zod'
import { type AnswerBlock, AnswerBlocks, isCall, isNamed, type WireBlock } from './answer-blocks.ts'
import { ClaudeError, errorCodeOfType } from './claude-error.ts'
import { costUsd, type Iteration } from './cost.ts'
import { checkOutput, MAX_OUTPUT_CHARS, tooLong } from './check-output.ts'
import { hostedResult } from './hosted-result.ts'
import { refusal } from './refusal.ts'
import type { ToolCall } from './tools.ts'
import { webPages } from './web-pages.ts'
import {
  isKnownWireEvent,
  parseWireEvent,
  type WireEvent,
  type WireMessage,
  type WireStopDetails,
  type WireTokens,
  type WireUsage,
} from './wire-event.ts'

/** Whether an answer with this stop reason needs another call to Claude. */
export function asksForMore(stopReason: string | undefined): boolean {
  return stopReason === 'tool_use' || stopReason === 'pause_turn'
}

type Spent = Pick<DoneEvent, 'usage' | 'costUsd' | 'model'>
type CallStart = Extract<RunEvent, { type: 'tool_call' }>

export interface AnswerOptions {
  /** The requested one. */
  readonly model: string
  readonly promptChars: number
  /** Our ids of the run's calls, by Claude's ids. */
  readonly callIds: Map<string, string>
  readonly nameOf: (tool: string) => string
  /** The text is JSON that fits this schema. */
  readonly output?: z.ZodType | undefined
}

/** One call to Claude that began to answer. */
export interface ClaudeStep {
  /** The model that answered. */
  readonly model: string
  /** What it answered so far, to be sent back to it in a later request. */
  readonly content: readonly AnswerBlock[]
  /** Undefined when the answer was cut short. */
  readonly stopReason: string | undefined
  readonly usage: Usage
  readonly costUsd: number | null
  /** Claude went on with a summary of the conversation. */
  readonly compacted?: true
}

/** Turns the API's stream events into a run's events, and tracks usage and cost. */
export class Answer {
  readonly #options: AnswerOptions
  readonly #blocks = new AnswerBlocks()
  /** The calls by the index of their block, with our ids. */
  readonly #calls = new Map<number | undefined, CallStart>()
  #answerChars = 0
  /** Web searches that have returned something. */
  #searches = 0
  /** From `message_start`. Its model is the one that answers, which may differ from the requested one. */
  #message: { readonly id: string | undefined; readonly model: string } | undefined
  #stopReason: string | undefined
  #stopDetails: WireStopDetails | undefined
  #usage: WireUsage = {}
  /** Set by `message_delta`, which has the final count. Before it, output tokens are an estimate. */
  #counted = false
  #complete = false
  /** The pieces of the structured output. What follows a thought or a call is another one, as in a `RunView`. */
  #json: string[] = []
  #isJsonOver = false
  #jsonChars = 0

  constructor(options: AnswerOptions) {
    this.#options = options
  }

  /** Whether `message_stop` has arrived. */
  get complete(): boolean {
    return this.#complete
  }

  /**
   * The run's events for a batch of messages, with text merged. Nothing is read after `message_stop`. An error in the
   * middle of the batch is returned beside the events before it, so that they are not lost.
   */
  read(messages: readonly EventSourceMessage[]): { events: RunEvent[]; failure?: unknown } {
    const events: RunEvent[] = []
    let failed: { failure?: unknown } = {}
    try {
      for (const { event: name, data } of messages) {
        if (this.#complete) break
        if (isKnownWireEvent(name)) this.#read(parseWireEvent(data), events)
      }
    } catch (failure) {
      failed = { failure }
    }
    for (const event of events) if (isTextual(event)) this.#answerChars += event.text.length
    const merged = mergeEvents(events)
    if (this.#options.output) for (const event of merged) this.#keepJson(event)
    if (this.#jsonChars > MAX_OUTPUT_CHARS) failed = { failure: tooLong() }
    return { events: merged, ...failed }
  }

  #keepJson(event: RunEvent): void {
    if (event.type === 'json') {
      if (this.#isJsonOver) this.#json = []
      this.#isJsonOver = false
      this.#json.push(event.text)
      this.#jsonChars += event.text.length
    } else if (event.type === 'thinking' || event.type === 'tool_call') {
      this.#isJsonOver = true
    }
  }

  /**
   * The end of the answer; undefined before Claude has sent the stop reason. That comes in `message_delta`, after the
   * last text and shortly before `message_stop`. A refusal is a success in the API, but an error for the reader; so is
   * structured output that is not what was asked for.
   */
  end(): DoneEvent | ClaudeError | undefined {
    const stopReason = this.#stopReason ?? (this.#complete ? 'end_turn' : undefined)
    if (stopReason === undefined) return undefined
    if (stopReason === 'refusal') return refusal(this.#stopDetails)
    const { output } = this.#options
    const misfit =
      output && !asksForMore(stopReason) ? checkOutput(output, this.#json.join(''), stopReason) : undefined
    return misfit ?? this.#done(stopReason)
  }

  /** The end of an aborted answer, with usage and cost so far, partly estimated. */
  stopped(): DoneEvent {
    return this.#done('stopped')
  }

  /** Usage and cost of a failed answer, partly estimated. Undefined before Claude has begun. */
  spent(): Spent | undefined {
    return this.#message !== undefined || this.#answerChars > 0 ? this.#soFar() : undefined
  }

  /** Undefined before Claude has begun. */
  step(): ClaudeStep | undefined {
    if (this.#message === undefined) return undefined
    return {
      ...this.#soFar(),
      model: this.#answeringModel() ?? this.#message.model,
      content: this.#blocks.all,
      stopReason: this.#stopReason,
      ...(this.#iterations().some(({ type }) => type === 'compaction') && { compacted: true }),
    }
  }

  /** The calls that Claude leaves to us. */
  calls(): ToolCall[] {
    return this.#blocks.calls.map((call) => ({ ...call, callId: this.#callIdOf(call.toolUseId) }))
  }

  #read(event: WireEvent, events: RunEvent[]): void {
    switch (event.type) {
      case 'message_start':
        this.#begin(event.message)
        return
      case 'content_block_start':
        this.#blocks.start(event)
        this.#startBlock(event.content_block, event.index, events)
        return
      case 'content_block_delta': {
        this.#blocks.append(event)
        const { type, text, thinking, partial_json: json } = event.delta
        if (type === 'text_delta' && text != null) {
          events.push({ type: this.#options.output ? 'json' : 'text', text })
        }
        if (type === 'thinking_delta' && thinking != null) events.push({ type: 'thinking', text: thinking })
        const callId = this.#calls.get(event.index)?.callId
        if (type === 'input_json_delta' && json != null && callId !== undefined) {
          events.push({ type: 'tool_input', callId, text: json })
        }
        return
      }
      case 'content_block_stop':
        this.#endBlock(event.index, events)
        return
      case 'message_delta':
        this.#stopReason = event.delta.stop_reason ?? this.#stopReason
        this.#stopDetails = event.delta.stop_details ?? this.#stopDetails
        this.#use(event.usage)
        this.#counted ||= event.usage?.output_tokens != null
        return
      case 'message_stop':
        this.#complete = true
        return
      case 'error':
        throw new ClaudeError(
          errorCodeOfType(event.error.type) ?? 'internal',
          `event: error, ${event.error.type}`,
        )
      default:
        event satisfies never
    }
  }

  #startBlock(block: WireBlock, index: number | undefined, events: RunEvent[]): void {
    if (isCall(block) && isNamed(block)) {
      const callId = this.#callIdOf(block.id)
      const by = block.type === 'tool_use' ? 'server' : 'claude'
      const call = { type: 'tool_call', callId, name: this.#options.nameOf(block.name), by } as const
      this.#calls.set(index, call)
      events.push(call)
    }
    const result = hostedResult(block)
    if (result?.ok === true && block.type === 'web_search_tool_result') this.#searches += 1
    const callId = result && this.#options.callIds.get(result.toolUseId)
    if (result && callId !== undefined) {
      const { ok, output, pages } = result
      for (const page of pages) events.push({ type: 'source', ...page, callId })
      events.push({ type: 'tool_result', callId, ok, output })
    }
  }

  /** Citations come anywhere between the pieces of their text, and are for all of it. */
  #endBlock(index: number | undefined, events: RunEvent[]): void {
    for (const page of webPages(this.#blocks.citations(index))) events.push({ type: 'source', ...page })
    const call = this.#calls.get(index)
    if (call === undefined) return
    const { callId, by } = call
    events.push({ type: 'tool_input', callId, text: this.#blocks.unstreamedInput(index) })
    if (by === 'claude') events.push({ type: 'tool_state', callId, state: 'running' })
  }

  #callIdOf(toolUseId: string): string {
    const { callIds } = this.#options
    const callId = callIds.get(toolUseId) ?? randomUUID()
    callIds.set(toolUseId, callId)
    return callId
  }

  /**
   * A proxy that retries may repeat the `message_start` of the same message. A second message is another answer, and
   * so is one without an id: nothing says that it is the same.
   */
  #begin({ id, model, usage }: WireMessage): void {
    if (this.#message === undefined) {
      this.#message = { id, model }
      this.#use(usage)
    } else if (id === undefined || id !== this.#message.id) {
      // The stop reason of the first message no longer counts.
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
    const counts = toTokens(this.#usage)
    const usage: Usage = {
      ...counts,
      inputTokens: this.#usage.input_tokens ?? Math.ceil(this.#options.promptChars / CHARS_PER_TOKEN),
      outputTokens: this.#counted ? counts.outputTokens : Math.ceil(this.#answerChars / CHARS_PER_TOKEN),
      estimated: !this.#counted,
    }
    const model = this.#answeringModel()
    const reported = this.#usage.server_tool_use?.web_search_requests ?? 0
    return {
      usage,
      costUsd: costUsd(model ?? this.#options.model, usage, {
        iterations: this.#iterations(),
        webSearches: this.#counted ? reported : this.#searches,
      }),
      ...(model !== undefined && { model }),
    }
  }

  /** Known at the end only. */
  #iterations(): Iteration[] {
    return this.#counted ? (this.#usage.iterations ?? []).map(toIteration) : []
  }

  #answeringModel(): string | undefined {
    const fallback = this.#iterations().findLast(({ type }) => type === 'fallback_message')
    return fallback?.model ?? this.#message?.model
  }
}

function toTokens(tokens: WireTokens) {
  return {
    inputTokens: tokens.input_tokens ?? 0,
    outputTokens: tokens.output_tokens ?? 0,
    cacheReadTokens: tokens.cache_read_input_tokens ?? 0,
    cacheWriteTokens: tokens.cache_creation_input_tokens ?? 0,
  }
}

function toIteration({ type, model, ...tokens }: NonNullable<WireUsage['iterations']>[number]): Iteration {
  return { ...toTokens(tokens), type, model: model ?? undefined }
}
