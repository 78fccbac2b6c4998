import { isRefusal, retry } from '@sluice/client'
import type { AppRouter } from '@sluice/server'
import type { TRPCClient } from '@trpc/client'
import type { Answer } from './ui-messages.ts'

export const UNREACHABLE = 'The server cannot be reached.'

/** Calls of the server that are repeated until it answers, for at most about a minute. */
export function createCalls(client: Pick<TRPCClient<AppRouter>, 'models' | 'conversations'>) {
  let session: Promise<unknown> | undefined

  /** Resolves when there is a session: two first requests side by side would make two. */
  function ready(): Promise<unknown> {
    session ??= client.models.list.query().catch((error: unknown) => {
      session = undefined
      throw error
    })
    return session
  }

  /** After the abort of `signal` no attempt is started. @throws {Error} with words for people. */
  async function call<T>(procedure: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    try {
      return await retry(() => ready().then(procedure), signal && { signal })
    } catch (error) {
      throw isRefusal(error) ? error : new Error(UNREACHABLE, { cause: error })
    }
  }

  /** The answers of a conversation, as {@link call}. None before something was asked in it. */
  async function readAnswers(conversationId: string, signal: AbortSignal | undefined): Promise<Answer[]> {
    try {
      const { messages } = await call(() => client.conversations.get.query({ conversationId }), signal)
      return messages.filter((message) => message.role === 'assistant')
    } catch (error) {
      if (isRefusal(error) && error.data?.code === 'NOT_FOUND') return []
      throw error
    }
  }

  return { ready, call, readAnswers }
}
