import {
  continueView,
  EMPTY_RUN_VIEW,
  hasEnded,
  type ReceivedEvent,
  reduceRun,
  type RunView,
  type ToolPart,
} from '@sluice/events'
import type { FinishReason, UIMessageChunk } from 'ai'

/** The metadata of an answer's message, once the answer has ended. Sums of all calls to Claude; see `RunView`. */
export type AnswerMetadata = Pick<RunView, 'model' | 'stopReason' | 'usage' | 'costUsd'>

type Chunk = UIMessageChunk<AnswerMetadata>

type ToolEvent = Extract<ReceivedEvent, { type: 'tool_state' | 'tool_result' }>

/** What a person decided about a call that waited for that. */
interface Decision {
  readonly callId: string
  readonly approved: boolean
}

/** Translates an answer, which may have several runs, into the chunks of a message of the AI SDK. */
export interface AnswerChunks {
  /** The chunks that follow from the next event of the answer's runs. */
  readonly of: (event: ReceivedEvent) => Chunk[]
  /** The chunks that follow from a decision. None when the call does not wait. */
  readonly decided: (decision: Decision) => Chunk[]
}

/** @param messageId The answer's, which is the id of its first run. */
export function createAnswerChunks(messageId: string): AnswerChunks {
  let view = EMPTY_RUN_VIEW
  const denied = new Set<string>()
  const sources = new Set<string>()
  let texts = 0
  /** The text that grows: the next one of its type belongs to it, unless something comes between. */
  let open: { type: 'text' | 'reasoning'; id: string } | undefined
  let stepEnded = false

  function* close(): Generator<Chunk> {
    if (open) yield { type: `${open.type}-end`, id: open.id }
    open = undefined
  }

  /** Results of a step's calls still belong to it, so a step lasts until Claude says something else. */
  function* beginContent(): Generator<Chunk> {
    if (stepEnded) yield* [{ type: 'finish-step' }, { type: 'start-step' }] as const
    stepEnded = false
  }

  function* grow(type: 'text' | 'reasoning', delta: string): Generator<Chunk> {
    if (open?.type !== type) {
      yield* close()
      yield* beginContent()
      open = { type, id: `${messageId}-${texts++}` }
      yield { type: `${type}-start`, id: open.id }
    }
    yield { type: `${type}-delta`, id: open.id, delta }
  }

  function* end(): Generator<Chunk> {
    yield* close()
    for (const part of view.parts) {
      if (part.type !== 'tool' || (part.state !== 'dropped' && part.state !== 'unknown')) continue
      const errorText = part.state === 'dropped' ? 'Not executed.' : 'It may have been executed.'
      yield { type: 'tool-output-error', toolCallId: part.callId, errorText }
    }
    yield { type: 'finish-step' }
    const { model, stopReason, usage, costUsd, error } = view
    const messageMetadata = { model, stopReason, usage, costUsd }
    if (error) {
      yield { type: 'message-metadata', messageMetadata }
      yield { type: 'error', errorText: error.message }
    } else
      yield { type: 'finish', finishReason: FINISH_REASONS[stopReason ?? ''] ?? 'other', messageMetadata }
  }

  function* toolChunksOf(event: ToolEvent, before: RunView): Generator<Chunk> {
    const { callId: toolCallId } = event
    const call = toolIn(before, toolCallId)
    // With its first state, or its result, the input is complete.
    if (call?.state === 'calling') {
      const input = parsed(call.input || '{}')
      yield { type: 'tool-input-available', toolCallId, toolName: call.name, input }
    }
    if (event.type === 'tool_state') {
      if (event.state === 'waiting')
        yield { type: 'tool-approval-request', toolCallId, approvalId: toolCallId }
    } else if (event.ok) yield { type: 'tool-output-available', toolCallId, output: parsed(event.output) }
    else if (denied.has(toolCallId)) yield { type: 'tool-output-denied', toolCallId }
    else yield { type: 'tool-output-error', toolCallId, errorText: event.output }
  }

  function* chunksOf(event: ReceivedEvent, before: RunView): Generator<Chunk> {
    switch (event.type) {
      case 'start':
        // A run that continues the answer continues its message.
        if (before === EMPTY_RUN_VIEW) yield* [{ type: 'start', messageId }, { type: 'start-step' }] as const
        break
      case 'thinking':
        yield* grow('reasoning', event.text)
        break
      case 'text':
      case 'json':
        yield* grow('text', event.text)
        break
      case 'tool_call': {
        yield* close()
        yield* beginContent()
        const { callId: toolCallId, name: toolName, by } = event
        yield { type: 'tool-input-start', toolCallId, toolName, providerExecuted: by === 'claude' }
        break
      }
      case 'tool_input':
        yield { type: 'tool-input-delta', toolCallId: event.callId, inputTextDelta: event.text }
        break
      case 'tool_state':
      case 'tool_result':
        yield* toolChunksOf(event, before)
        break
      case 'source': {
        const { url, title } = event
        if (!sources.has(url)) yield { type: 'source-url', sourceId: url, url, title }
        sources.add(url)
        break
      }
      case 'step':
        yield* close()
        stepEnded = true
        break
      case 'done':
      case 'error':
        yield* end()
        break
      case 'unknown':
        break
      default:
        event satisfies never
    }
  }

  return {
    of(event) {
      const before = hasEnded(view) ? continueView(view) : view
      view = reduceRun(before, event)
      return [...chunksOf(event, before)]
    },
    decided({ callId: approvalId, approved }) {
      if (toolIn(view, approvalId)?.state !== 'waiting') return []
      if (!approved) denied.add(approvalId)
      return [{ type: 'tool-approval-response', approvalId, approved }]
    },
  }
}

function toolIn({ parts }: RunView, callId: string): ToolPart | undefined {
  return parts.find((part): part is ToolPart => part.type === 'tool' && part.callId === callId)
}

/** JSON, or a text that is not: an output that was cut, or an input that Claude did not finish. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return json
  }
}

const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  approval: 'tool-calls',
  stopped: 'interrupted',
}
