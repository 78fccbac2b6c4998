import type { ServerResponse } from 'node:http'
import type { AnswerContext } from './answer-frames.ts'
import { type Body, sendBody } from './http-io.ts'
import type { Ledger, RequestRecord } from './ledger.ts'
import { wholeMessage } from './message.ts'

export interface AnswerIo {
  ledger: Ledger
  record: RequestRecord
  response: ServerResponse
}

const PAGE = '<!doctype html><title>Sign in</title><h1>Welcome to the hotel’s network</h1>\n'

/** Faults that answer something else than was asked for, or nothing. True when it was one of them. */
export function denyAnswer(answer: AnswerContext, { ledger, record, response }: AnswerIo): boolean {
  const { fault } = answer.plan
  if (fault.name === 'hang') return true
  const body = bodyInstead(answer, record.stream)
  if (body === undefined) return false
  ledger.describe(record, { status: 200 })
  ledger.served(record, { bytes: sendBody(response, 200, body), tokens: 0, text: '', thinking: '' })
  ledger.end(record, 'faulted')
  return true
}

function bodyInstead({ plan, usage, messageId }: AnswerContext, stream: boolean): Body | undefined {
  const { name } = plan.fault
  if (name === 'html') return { type: 'text/html; charset=utf-8', body: PAGE }
  if (name === 'empty') return { type: stream ? 'text/event-stream' : 'application/json', body: '' }
  if (name !== 'json') return undefined
  const { message } = wholeMessage({ id: messageId, plan, usage })
  return { type: 'application/json', body: JSON.stringify(message) }
}
