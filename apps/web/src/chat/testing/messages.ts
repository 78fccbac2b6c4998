import { DONE } from '@sluice/client/testing'
import type { ChatSend, Message } from '../../api.ts'

const time = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString()

/** @param at Seconds after some moment. */
export function question(
  messageId: string,
  parentId: string | null,
  at: number,
  content: ChatSend['content'] = 'Why?',
): Message {
  return { role: 'user', messageId, parentId, createdAt: time(at), content }
}

type Answer = Extract<Message, { role: 'assistant' }>
export type Events = Answer['runs'][number]['events']

/** An answer of one run. @param text Undefined while it is being written. */
export function answer(runId: string, parentId: string, at: number, text?: string): Answer {
  const events: Events = [
    { type: 'start', model: 'claude-x', runId },
    { type: 'text', text: text ?? '' },
    { ...DONE, model: 'claude-x' },
  ]
  return answerOf(runId, parentId, at, text === undefined ? [] : events)
}

/** As {@link answer}, of these events. */
export function answerOf(runId: string, parentId: string, at: number, events: Events): Answer {
  const isRunning = events.length === 0
  const run = {
    runId,
    model: 'claude-x',
    state: isRunning ? ('running' as const) : ('done' as const),
    startedAt: time(at),
    endedAt: isRunning ? null : time(at + 1),
    events,
    usage: null,
    costUsd: null,
    leftOut: 0,
    decided: [],
  }
  return { role: 'assistant', messageId: runId, parentId, createdAt: time(at), runs: [run] }
}
