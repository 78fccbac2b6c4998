import { newId } from '@sluice/client'
import type { AppRouter } from '@sluice/server'
import type { TRPCClient } from '@trpc/client'
import type { ChatTransport } from 'ai'
import type { SluiceMessage } from './ui-messages.ts'

type Request = Parameters<ChatTransport<SluiceMessage>['sendMessages']>[0]

/** The start of an answer: `start` asks the server for it, and may be called again until it responds. */
export interface AnswerStart {
  readonly runId: string
  readonly start: () => Promise<void>
}

/** Returns how to ask the server for the answer to a question: the last message of a request. */
export function createAsk(client: Pick<TRPCClient<AppRouter>, 'chat'>) {
  /** By the id that the page gave the question. `questionId` is the server's, once it has confirmed the question. */
  const asked = new Map<string, { answerId: string; questionId?: string }>()

  /** The answer that a question follows. It is not among the messages when it was stopped before it began. */
  function parentIdOf(before: readonly SluiceMessage[]): string | null {
    const answerIds = before.map(({ id, role }) => {
      const known = asked.get(id)
      return role === 'assistant' ? id : known?.questionId && known.answerId
    })
    return answerIds.findLast((id) => id !== undefined) ?? null
  }

  /** @throws {Error} for a question with files. */
  return ({ trigger, chatId, messages, body }: Request, question: SluiceMessage): AnswerStart => {
    const { id } = question
    const known = asked.get(id)
    const isRepeated = trigger === 'regenerate-message'
    // A question that another page asked has the server's id.
    const messageId = known ? known.questionId : id
    if (isRepeated && messageId !== undefined) {
      const runId = newId()
      const start = async () => {
        await client.chat.regenerate.mutate({ ...body, runId, messageId })
        asked.set(id, { answerId: runId, questionId: messageId })
      }
      return { runId, start }
    }
    // The server may have a question that it has not confirmed. With the same run id, its answer is paid for once.
    const runId = (isRepeated && known?.answerId) || newId()
    const parentId = parentIdOf(messages.slice(0, messages.indexOf(question)))
    const input = { ...body, conversationId: chatId, runId, parentId, content: textOf(question) }
    asked.set(id, { answerId: runId })
    const start = async () => {
      const { messageId: questionId } = await client.chat.send.mutate(input)
      asked.set(id, { answerId: runId, questionId })
    }
    return { runId, start }
  }
}

function textOf({ parts }: SluiceMessage): string {
  if (parts.some(({ type }) => type === 'file')) throw new Error('Files cannot be sent from here.')
  return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n')
}
