import { setTimeout } from 'node:timers/promises'
import type { Answer } from './answer-frames.ts'
import { wholeMessage } from './message.ts'
import { sendBody } from './send-body.ts'
import type { SendOptions } from './send-frames.ts'

const SIGN_IN_PAGE = '<!doctype html><title>Sign in</title><h1>Welcome to the hotel’s network</h1>\n'

/**
 * Answers in one piece: a request without `stream`, or a fault that sends something other than a stream. Faults in
 * the middle of a stream do not apply. Rejects when the peer closes.
 */
export async function sendWhole(
  { plan, messageId, usage }: Answer,
  { response, ledger, record, pace, signal }: SendOptions,
): Promise<void> {
  const fault = plan.fault.name
  if (fault === 'html') return send('faulted', 'text/html; charset=utf-8', SIGN_IN_PAGE)
  if (fault === 'empty') return send('faulted', record.stream ? 'text/event-stream' : 'application/json', '')
  const { message, counts } = wholeMessage({ id: messageId, plan, usage })
  if (record.stream) return send('faulted', 'application/json', JSON.stringify(message))
  const delay = pace.ttft + (pace.tps === 0 ? 0 : (counts.tokens * 1000) / pace.tps)
  await setTimeout(delay, undefined, { signal })
  ledger.served(record, counts)
  send('completed', 'application/json', JSON.stringify(message))

  function send(outcome: 'completed' | 'faulted', type: string, body: string): void {
    ledger.describe(record, { status: 200 })
    ledger.served(record, { bytes: sendBody(response, 200, { type, body }) })
    ledger.end(record, outcome)
  }
}
