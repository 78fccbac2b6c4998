import type { AnswerPlan } from './answer-plan.ts'
import { errorBody } from './api-error.ts'
import { type Cut, type Frame, frame, PING, textFrame, thinkingFrame, wireEvent } from './frame.ts'
import type { PromptUsage } from './prompt-cache.ts'
import { signatureOf, startOfMessage, stopDetails, totalUsage } from './message.ts'

export interface AnswerContext {
  plan: AnswerPlan
  messageId: string
  requestId: string
  usage: PromptUsage
  /** The error type of `fault=error`. */
  errorType: string
}

type Frames = Generator<Frame, void, undefined>

/** What is sent at once, long before the first token. */
export function openingOf({ plan, messageId, usage }: AnswerContext): string {
  const { noise, model } = plan
  const message = startOfMessage({ id: messageId, model, usage })
  const hint = plan.fault.name === 'unknown' ? unknownEvent(plan) : ''
  return wireEvent({ type: 'message_start', message }, noise) + hint + PING
}

/** The rest of the stream, generated as it is asked for. */
export function* answerFrames(context: AnswerContext): Frames {
  const { plan, usage } = context
  const noise = plan.noise
  const served = { thinking: 0, text: 0 }
  const blocks = [
    ...(plan.thinking === undefined ? [] : [thinkingBlock]),
    ...(plan.fault.name === 'unknown' ? [unknownBlock] : []),
    ...(plan.stopReason === 'refusal' && plan.fault.at === 0 ? [] : [textBlock]),
  ]
  if (plan.fault.name === 'reorder') blocks.reverse()

  for (const [index, block] of blocks.entries()) {
    for (const next of block(context, index)) {
      if (next.text === '') served.thinking += next.tokens
      else served.text += next.tokens
      yield next
    }
  }
  const delta = {
    stop_reason: plan.stopReason,
    stop_sequence: null,
    stop_details: stopDetails(plan.stopReason),
  }
  yield frame(wireEvent({ type: 'message_delta', delta, usage: totalUsage(usage, served) }, noise))
  const stop = wireEvent({ type: 'message_stop' }, noise)
  yield plan.fault.name === 'unterminated' ? frame(stop.trimEnd(), 'end') : frame(stop)
}

function* thinkingBlock({ plan }: AnswerContext, index: number): Frames {
  const noise = plan.noise
  const start = { type: 'thinking', thinking: '', signature: '' }
  yield frame(wireEvent({ type: 'content_block_start', index, content_block: start }, noise))
  for (const { text, tokens } of plan.thinkingDeltas()) {
    yield plan.thinking?.shown ? thinkingFrame(index, text, tokens, noise) : { ...frame(''), tokens }
  }
  const delta = { type: 'signature_delta', signature: signatureOf(plan) }
  yield frame(wireEvent({ type: 'content_block_delta', index, delta }, noise))
  yield frame(wireEvent({ type: 'content_block_stop', index }, noise))
}

function* textBlock(context: AnswerContext, index: number): Frames {
  const { plan } = context
  const noise = plan.noise
  const faults = faultFrames(context, index)
  let count = 0
  yield frame(
    wireEvent({ type: 'content_block_start', index, content_block: { type: 'text', text: '' } }, noise),
  )
  for (const { text, tokens } of plan.textDeltas()) {
    if (count === plan.fault.at) yield* faults
    if (plan.fault.name === 'unknown' && count % 7 === 3) yield frame(unknownDelta(plan, index))
    yield textFrame(index, text, tokens, noise)
    count += 1
  }
  // An answer shorter than N meets its fault here; a generator that has run yields nothing more.
  yield* faults
  yield frame(wireEvent({ type: 'content_block_stop', index }, noise))
}

const CUTS: Readonly<Record<string, Cut>> = {
  reset: 'reset',
  drop: 'drop',
  eof: 'end',
  stall: 'silence',
  'stall-pings': 'pings',
}

function* faultFrames({ plan, requestId, errorType }: AnswerContext, index: number): Frames {
  const { name } = plan.fault
  const cut = CUTS[name]
  if (cut !== undefined) yield frame('', cut)
  const lost = textFrame(index, 'this text is lost', 0, plan.noise).wire
  if (name === 'half') yield frame(lost.slice(0, lost.indexOf('this text') + 5), 'end')
  if (name === 'badjson') yield frame(lost.replace('"}', '"'))
  if (name === 'error') {
    const message = errorType === 'overloaded_error' ? 'Overloaded' : `Simulated ${errorType}`
    yield frame(wireEvent({ ...errorBody(errorType, message, requestId) }, plan.noise), 'end')
  }
}

function unknownEvent(plan: AnswerPlan): string {
  return wireEvent({ type: 'content_forecast', weather: 'a kind of event you have not met' }, plan.noise)
}

function unknownDelta(plan: AnswerPlan, index: number): string {
  const delta = { type: 'emphasis_delta', text: 'a kind of delta you have not met' }
  return wireEvent({ type: 'content_block_delta', index, delta }, plan.noise)
}

function* unknownBlock({ plan }: AnswerContext, index: number): Frames {
  const noise = plan.noise
  const start = { type: 'hologram', text: 'a kind of block you have not met' }
  yield frame(wireEvent({ type: 'content_block_start', index, content_block: start }, noise))
  yield frame(unknownDelta(plan, index))
  yield frame(unknownEvent(plan))
  yield frame(wireEvent({ type: 'content_block_stop', index }, noise))
}
