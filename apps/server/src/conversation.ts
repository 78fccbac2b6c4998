import type { RunEvent, Usage } from '@sluice/events'
import type { Content } from './content.ts'
import type { DecidedCall } from './stored-calls.ts'

/** A conversation in a list. Times are in ISO 8601. */
export interface ConversationSummary {
  readonly conversationId: string
  readonly title: string
  readonly createdAt: string
  /** When something was last asked in it. */
  readonly updatedAt: string
}

/** A conversation that a search found. */
export interface FoundConversation extends ConversationSummary {
  /** The place in its newest message that has the words; null when only the title has them. */
  readonly excerpt: string | null
}

export interface ConversationPage<T extends ConversationSummary> {
  readonly conversations: readonly T[]
  /** For the next page; null on the last one. */
  readonly nextCursor: string | null
}

export interface Conversation extends ConversationSummary {
  /** Parents come before their children, and siblings in the order in which they were made. */
  readonly messages: readonly Message[]
}

/** Messages with the same `parentId` are versions of each other. */
export type Message = Question | Answer

interface Question {
  readonly messageId: string
  readonly role: 'user'
  /** The answer that it follows; null for a first question. */
  readonly parentId: string | null
  readonly createdAt: string
  readonly content: Content
}

interface Answer {
  /** The id of its first run. */
  readonly messageId: string
  readonly role: 'assistant'
  /** The question that it answers. */
  readonly parentId: string
  readonly createdAt: string
  /** In the order in which they were started. At least one; another one for each approval. */
  readonly runs: readonly AnswerRun[]
}

export interface AnswerRun {
  readonly runId: string
  /** The model that was asked. */
  readonly model: string
  /** `running`: follow it with `runs.events`. `failed`: it ended with an `error`. */
  readonly state: 'running' | 'done' | 'failed'
  readonly startedAt: string
  readonly endedAt: string | null
  /** All events of a run that has ended, from `start` to `done` or `error`; none of one that is running. */
  readonly events: readonly RunEvent[]
  /** Null while it is running, or when Claude never reported it. */
  readonly usage: Usage | null
  /** US dollars; null where it is not known. */
  readonly costUsd: number | null
  /** The calls of the run that a person has decided about. */
  readonly decided: readonly DecidedCall[]
  /** How many of the conversation's oldest messages Claude was not sent, because all of them would have been too long. */
  readonly leftOut: number
}
