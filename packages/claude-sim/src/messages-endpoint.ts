import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerFrames, type AnswerContext, openingOf } from './answer-frames.ts'
import { planAnswer } from './answer-plan.ts'
import { ApiError, errorTypeOf } from './api-error.ts'
import { type Behaviour, parseControls, resolveBehaviour } from './behaviour.ts'
import { conversationKey, directivesIn, userTexts, withoutDirectives } from './conversation.ts'
import { denyAnswer } from './denied-answer.ts'
import { explainWish } from './explain-wish.ts'
import { FrameSender } from './frame-sender.ts'
import { readBody } from './http-io.ts'
import type { Ledger, RequestRecord } from './ledger.ts'
import { newId } from './message.ts'
import { type MessagesBody, parseMessagesBody } from './messages-body.ts'
import type { PromptCache } from './prompt-cache.ts'
import type { RateLimits } from './rate-limits.ts'
import type { SampleAnswer } from './sample-answers.ts'
import { sentFiles } from './sent-files.ts'
import { sendWholeAnswer } from './whole-answer.ts'

export interface MessagesContext {
  ledger: Ledger
  cache: PromptCache
  limits: RateLimits
  answers: readonly SampleAnswer[]
  defaults: Partial<Behaviour>
  /** How many requests of a conversation met a fault, for `times`. */
  faultsMet: Map<string, number>
}

/** `POST /v1/messages`. Returns when the answer is under way, not when it has ended. */
export async function answerMessages(
  context: MessagesContext,
  io: { request: IncomingMessage; response: ServerResponse; record: RequestRecord },
): Promise<void> {
  const { ledger, cache, limits, answers, defaults, faultsMet } = context
  const { request, response, record } = io
  const body = parseMessagesBody(await readBody(request))
  const lastText = userTexts(body).at(-1) ?? ''
  ledger.describe(record, {
    model: body.model,
    stream: body.stream === true,
    prompt: withoutDirectives(lastText),
    files: sentFiles(body),
  })
  const layers = [defaults, parseControls(String(request.headers['x-sim'] ?? ''), 'x-sim')]
  const { behaviour, problem } = withDirectives(layers, directivesIn(lastText))
  const plan =
    problem === undefined
      ? planAnswer(body, { behaviour, faulty: meetsFault(body, behaviour, faultsMet), answers })
      : explainWish(body, problem)
  if (plan.fault.name === 'status') throw statusFault(behaviour)

  const usage = cache.usage(body)
  const answer: AnswerContext = {
    plan,
    usage,
    messageId: newId('msg_01'),
    requestId: record.id,
    errorType: behaviour['error-type'] ?? 'overloaded_error',
  }
  limits.count(usage, body.max_tokens)
  for (const [name, value] of Object.entries(limits.headers())) response.setHeader(name, value)
  if (denyAnswer(answer, { ledger, record, response })) return
  if (body.stream !== true) {
    sendWholeAnswer(answer, { ledger, record, response, pace: behaviour })
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  ledger.describe(record, { status: 200 })
  new FrameSender({
    response,
    ledger,
    record,
    opening: openingOf(answer),
    frames: answerFrames(answer),
    pace: behaviour,
    bytewise: plan.fault.name === 'bytes',
  }).start()
}

/** A directive that cannot be followed changes nothing, and is a `problem`. */
function withDirectives(
  layers: readonly Partial<Behaviour>[],
  directives: string,
): { behaviour: Behaviour; problem?: string } {
  try {
    return { behaviour: resolveBehaviour([...layers, parseControls(directives, '[[sim]]')]) }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return { behaviour: resolveBehaviour(layers), problem: error.message }
  }
}

function meetsFault(body: MessagesBody, { fault, times }: Behaviour, met: Map<string, number>): boolean {
  if (fault === undefined || times === undefined) return true
  const key = `${fault} ${conversationKey(body)}`
  const count = met.get(key) ?? 0
  met.set(key, count + 1)
  return count < times
}

function statusFault(behaviour: Behaviour): ApiError {
  const status = behaviour.code ?? 529
  const type = behaviour['error-type'] ?? errorTypeOf(status)
  const retryAfter = behaviour['retry-after']
  return new ApiError(status, type === 'overloaded_error' ? 'Overloaded' : `Simulated ${type}`, {
    type,
    simulated: true,
    ...(retryAfter !== undefined && { headers: { 'retry-after': String(retryAfter) } }),
  })
}
