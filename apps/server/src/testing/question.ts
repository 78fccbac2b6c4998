import { randomUUID } from 'node:crypto'

/** The input of `chat.send`. */
export interface Question {
  conversationId: string
  runId: string
  parentId: string | null
  content: unknown
}

/** A question, unless `change` says otherwise the first one of a conversation of its own. */
export function question<T extends object>(change: T = {} as T): Question & T {
  return {
    conversationId: randomUUID(),
    runId: randomUUID(),
    parentId: null,
    content: 'hi [[sim tokens=5]]',
    ...change,
  }
}
