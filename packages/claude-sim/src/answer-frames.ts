import type { AnswerPlan } from './answer-plan.ts'
import { errorBody } from './api-error.ts'
import { cutDeltas, cutInput } from './cut-deltas.ts'
import { type Cut, type Frame, frame, PING, wireEvent } from './frame.ts'
import { endOfMessage, startOfCall, startOfMessage, totalUsage } from './message.ts'
import { signThinking } from './message-prefixes.ts'
import type { PlannedBlock } from './planned-block.ts'
import type { PromptUsage } from './prompt-cache.ts'

export interface Answer {
  plan: AnswerPlan
  messageId: string
  requestId: string
  usage: PromptUsage
  /** The error type of `fault=error`. */
  errorType: string
}

/** The events that are sent at once, long before the first token. */
export function openingOf({ plan, messageId, usage }: Answer): string {
  const message = startOfMessage({ id: messageId, model: plan.model, usage })
  const unknown = plan.fault.name === 'unknown' ? UNKNOWN_EVENT : ''
  return wireEvent({ type: 'message_start', message }) + unknown + PING
}

/** The rest of the stream, generated as it is sent. */
export function* answerFrames(answer: Answer): Generator<Frame> {
  const { plan, usage } = answer
  const served = { thinking: 0, text: 0 }
  let position = 0
  const blocks: ((index: number) => Generator<Frame>)[] = [
    ...(plan.thinking === undefined ? [] : [thinkingBlock]),
    ...(plan.fault.name === 'unknown' ? [unknownBlock] : []),
    ...plan.blocks.map((block) => (index: number) => plannedBlock(block, index)),
  ]
  if (plan.fault.name === 'reorder') blocks.push(...blocks.splice(0, 1))

  for (const [index, block] of blocks.entries()) {
    for (const next of block(index)) {
      served[block === thinkingBlock ? 'thinking' : 'text'] += next.tokens
      yield next
    }
  }
  // An answer shorter than N meets its fault here.
  if (position <= plan.fault.at) yield* faultFrames(answer, blocks.length - 1)
  yield frame(
    wireEvent({ type: 'message_delta', delta: endOfMessage(plan), usage: totalUsage(plan, usage, served) }),
  )
  const stop = wireEvent({ type: 'message_stop' })
  yield plan.fault.name === 'unterminated' ? frame(stop.trimEnd(), { cut: 'end' }) : frame(stop)

  function* thinkingBlock(index: number): Generator<Frame> {
    if (plan.thinking === undefined) return
    yield blockStart(index, { type: 'thinking', thinking: '', signature: '' })
    let thinking = ''
    for (const { text, tokens } of cutDeltas(plan.thinking)) {
      if (plan.thinking.shown) {
        thinking += text
        yield frame(blockDelta(index, { type: 'thinking_delta', thinking: text }), { thinking: text, tokens })
      } else yield frame('', { tokens })
    }
    const signature = signThinking(plan.thinking.after, thinking)
    yield frame(blockDelta(index, { type: 'signature_delta', signature }))
    yield blockStop(index)
  }

  function* plannedBlock(block: PlannedBlock, index: number): Generator<Frame> {
    switch (block.type) {
      case 'text':
        yield blockStart(index, { type: 'text', text: '', ...(block.citations && { citations: [] }) })
        for (const { text, tokens } of cutDeltas(block)) {
          yield* faultBefore(index)
          if (plan.fault.name === 'unknown' && position % 7 === 4) yield frame(unknownDelta(index))
          yield frame(blockDelta(index, { type: 'text_delta', text }), { text, tokens })
        }
        for (const citation of block.citations ?? []) {
          yield frame(blockDelta(index, { type: 'citations_delta', citation }))
        }
        break
      case 'tool_use':
      case 'server_tool_use':
        yield* callEvents(block, index)
        break
      case 'whole':
        yield { ...blockStart(index, block.block), idle: TOOL_TOKENS }
        break
      default:
        block satisfies never
    }
    yield blockStop(index)
  }

  function* callEvents(block: Extract<PlannedBlock, { id: string }>, index: number): Generator<Frame> {
    const { type, id, name } = block
    const piece = (input: string) => (type === 'tool_use' ? [{ id, name, input }] : [])
    yield* faultBefore(index)
    yield { ...blockStart(index, startOfCall(block)), calls: piece('') }
    for (const { text, tokens } of cutInput(block)) {
      yield* faultBefore(index)
      const delta = { type: 'input_json_delta', partial_json: text }
      yield frame(blockDelta(index, delta), { tokens, calls: piece(text) })
    }
    yield* faultBefore(index)
  }

  /** To be called before everything that `@N` counts. */
  function* faultBefore(index: number): Generator<Frame> {
    if (position === plan.fault.at) yield* faultFrames(answer, index)
    position += 1
  }
}

/** How long a tool takes that Anthropic executes: a second at 60 tokens per second. */
const TOOL_TOKENS = 60

const CUTS: Readonly<Record<string, Cut>> = {
  reset: 'reset',
  drop: 'drop',
  eof: 'end',
  stall: 'silence',
  'stall-pings': 'pings',
}

function* faultFrames({ plan, requestId, errorType }: Answer, index: number): Generator<Frame> {
  const { name } = plan.fault
  const cut = CUTS[name]
  if (cut !== undefined) yield frame('', { cut })
  const lost = blockDelta(index, { type: 'text_delta', text: 'this text is lost' })
  if (name === 'half') yield frame(lost.slice(0, lost.indexOf('text is lost')), { cut: 'end' })
  if (name === 'badjson') yield frame(lost.replace('"}', '"'))
  if (name === 'error') {
    const message = errorType === 'overloaded_error' ? 'Overloaded' : `Simulated ${errorType}`
    yield frame(wireEvent({ ...errorBody(errorType, message, requestId) }), { cut: 'end' })
  }
}

const UNKNOWN_EVENT = wireEvent({ type: 'content_forecast', weather: 'a kind of event you have not met' })

function unknownDelta(index: number): string {
  return blockDelta(index, { type: 'emphasis_delta', text: 'a kind of delta you have not met' })
}

function* unknownBlock(index: number): Generator<Frame> {
  yield blockStart(index, { type: 'hologram', text: 'a kind of block you have not met' })
  yield frame(unknownDelta(index) + UNKNOWN_EVENT)
  yield blockStop(index)
}

function blockStart(index: number, block: object): Frame {
  return frame(wireEvent({ type: 'content_block_start', index, content_block: block }))
}

function blockDelta(index: number, delta: object): string {
  return wireEvent({ type: 'content_block_delta', index, delta })
}

function blockStop(index: number): Frame {
  return frame(wireEvent({ type: 'content_block_stop', index }))
}
