import type { AnswerContext } from './answer-frames.ts'
import { errorBody } from './api-error.ts'
import type { AnswerIo } from './denied-answer.ts'
import { sendBody, sendJson } from './http-io.ts'
import { wholeMessage } from './message.ts'

/** The answer in one piece, once it would have been written. Faults of a stream have their nearest kin here. */
export function sendWholeAnswer(
  answer: AnswerContext,
  io: AnswerIo & { pace: { tps: number; ttft: number } },
): void {
  const { plan, usage, messageId, requestId, errorType } = answer
  const { ledger, record, response, pace } = io
  const { message, text, thinking, tokens } = wholeMessage({ id: messageId, plan, usage })
  const fault = plan.fault.name
  if (fault === 'stall' || fault === 'stall-pings') return

  const delay = pace.ttft + (pace.tps === 0 ? 0 : (tokens * 1000) / pace.tps)
  const timer = setTimeout(answerNow, delay)
  response.once('close', () => clearTimeout(timer))

  function answerNow(): void {
    if (fault === 'reset' || fault === 'drop') {
      ledger.end(record, 'faulted')
      if (fault === 'reset') response.socket?.resetAndDestroy()
      else response.socket?.destroy()
    } else if (fault === 'error') {
      finish('faulted', 529, sendJson(response, 529, errorBody(errorType, 'Overloaded', requestId)))
    } else if (fault === 'eof' || fault === 'half' || fault === 'badjson') {
      const body = JSON.stringify(message)
      const half = body.slice(0, Math.floor(body.length / 2))
      finish('faulted', 200, sendBody(response, 200, { type: 'application/json', body: half }))
    } else {
      ledger.served(record, { bytes: 0, tokens, text, thinking })
      finish('completed', 200, sendJson(response, 200, message))
    }
  }

  function finish(outcome: 'completed' | 'faulted', status: number, bytes: number): void {
    ledger.describe(record, { status })
    ledger.served(record, { bytes, tokens: 0, text: '', thinking: '' })
    ledger.end(record, outcome)
  }
}
