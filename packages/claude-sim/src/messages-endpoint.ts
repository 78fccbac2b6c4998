import type { ServerResponse } from 'node:http'
import { type Answer, answerFrames, openingOf } from './answer-frames.ts'
import { planAnswer, planText } from './answer-plan.ts'
import { ApiError, errorTypeOf } from './api-error.ts'
import { type Behaviour, parseSettings, resolveBehaviour } from './behaviour.ts'
import { conversationKey, directivesIn, lastPrompt } from './conversation.ts'
import { explainDirective } from './explain-directive.ts'
import type { Ledger, RequestRecord } from './ledger.ts'
import { newId } from './message.ts'
import { type MessagesBody, parseMessagesBody } from './messages-body.ts'
import type { PromptCache } from './prompt-cache.ts'
import type { Samples } from './sample-answers.ts'
import { sendFrames } from './send-frames.ts'
import { sentFiles } from './sent-files.ts'
import { toolLoopOf } from './tool-loop.ts'
import { sendWhole } from './whole-answer.ts'

export interface MessagesContext {
  ledger: Ledger
  cache: PromptCache
  samples: Samples
  defaults: Partial<Behaviour>
  /** How many requests of a conversation met a fault, for `times`. */
  faultsMet: Map<string, number>
}

export interface MessagesRequest {
  raw: string
  /** The value of the `x-sim` header. */
  header: string
  response: ServerResponse
  record: RequestRecord
  /** Aborts when the peer closes. */
  signal: AbortSignal
}

/** `POST /v1/messages`. Rejects with an `ApiError` before the answer, or when the peer closes. */
export async function answerMessages(context: MessagesContext, request: MessagesRequest): Promise<void> {
  const { ledger, cache, samples, defaults, faultsMet } = context
  const { raw, header, response, record, signal } = request
  const body = parseMessagesBody(raw)
  const loop = toolLoopOf(body)
  ledger.describe(record, {
    model: body.model,
    stream: body.stream === true,
    prompt: lastPrompt(body),
    files: sentFiles(body),
    round: loop.round,
    tools: (body.tools ?? []).map(({ name }) => name),
    toolResults: loop.results,
  })
  const layers = [defaults, parseSettings(header, 'x-sim')]
  const { behaviour, problem } = withDirectives(layers, directivesIn(body))
  const isItsRound = behaviour.round === undefined || behaviour.round === loop.round
  if (!isItsRound || !meetsFault(body, behaviour, faultsMet)) behaviour.fault = 'none'
  const plan =
    problem === undefined
      ? planAnswer(body, behaviour, samples)
      : planText(body.model, explainDirective(problem))
  if (plan.fault.name === 'status') throw statusFault(behaviour)
  const answer: Answer = {
    plan,
    usage: cache.usage(body),
    messageId: newId('msg_01'),
    requestId: record.id,
    errorType: behaviour['error-type'] ?? 'overloaded_error',
  }
  if (plan.fault.name === 'hang') return
  const options = { response, ledger, record, pace: behaviour, signal }
  if (body.stream !== true || ['html', 'json', 'empty'].includes(plan.fault.name)) {
    return sendWhole(answer, options)
  }
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  ledger.describe(record, { status: 200 })
  const bytewise = plan.fault.name === 'bytes'
  return sendFrames(openingOf(answer), answerFrames(answer), { ...options, bytewise })
}

/** A directive with a mistake changes nothing, and is a `problem`. */
function withDirectives(
  layers: readonly Partial<Behaviour>[],
  directives: string,
): { behaviour: Behaviour; problem?: string } {
  try {
    return { behaviour: resolveBehaviour([...layers, parseSettings(directives, '[[sim]]')]) }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return { behaviour: resolveBehaviour(layers), problem: error.message }
  }
}

function meetsFault(body: MessagesBody, { fault, times }: Behaviour, met: Map<string, number>): boolean {
  if (times === undefined) return true
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
