import { TRPCError } from '@trpc/server'
import type { Context } from './context.ts'
import { getConversation } from './conversations.ts'

/**
 * Conversations as JSON text, in pieces: `{ conversations }`, each as `conversations.get` gives it. One is read when the
 * piece before it has been taken, so that there is never more than one in memory. One that was removed meanwhile is
 * left out.
 */
export async function* exportConversations(
  context: Pick<Context, 'owner' | 'database'>,
  ids: readonly string[],
): AsyncGenerator<string, void, undefined> {
  yield '{"conversations":['
  let before = '\n'
  for (const id of ids) {
    const conversation = await getConversation(context, id).catch(ignoreRemoved)
    if (!conversation) continue
    yield before + JSON.stringify(conversation)
    before = ',\n'
  }
  yield '\n]}\n'
}

function ignoreRemoved(error: unknown): undefined {
  if (!(error instanceof TRPCError && error.code === 'NOT_FOUND')) throw error
}
