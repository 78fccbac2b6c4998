import type { AppRouter } from '@sluice/server'
import type { inferRouterOutputs } from '@trpc/server'
import { readUIMessageStream, type UIMessage, type UIMessageChunk } from 'ai'
import { type AnswerChunks, type AnswerMetadata, createAnswerChunks } from './answer-chunks.ts'

export type SluiceMessage = UIMessage<AnswerMetadata>

type Conversation = inferRouterOutputs<AppRouter>['conversations']['get']
type Message = Conversation['messages'][number]
type Question = Extract<Message, { role: 'user' }>
export type Answer = Extract<Message, { role: 'assistant' }>

/**
 * The newest branch of a conversation, for `messages` of a chat. An answer that is being written is left to `resumeStream`.
 *
 * @param conversation From `conversations.get`.
 */
export async function uiMessagesOf({ messages }: Conversation): Promise<SluiceMessage[]> {
  const parents = new Map(messages.map((message) => [message.messageId, message]))
  const branch: Message[] = []
  let next = messages.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt)).at(-1)
  for (; next; next = parents.get(next.parentId ?? '')) branch.unshift(next)
  const shown = branch.map(async (message) =>
    message.role === 'user' ? questionOf(message) : answerOf(message),
  )
  return (await Promise.all(shown)).filter((message) => message !== undefined)
}

/** The chunks of an answer's runs that have ended. */
export function chunksOfRuns(chunks: AnswerChunks, runs: Answer['runs']): UIMessageChunk<AnswerMetadata>[] {
  return runs.flatMap(({ events, decided }) => [
    ...events.flatMap(chunks.of),
    ...decided.flatMap(chunks.decided),
  ])
}

function questionOf({ messageId: id, content }: Question): SluiceMessage {
  if (typeof content === 'string') return { id, role: 'user', parts: [{ type: 'text', text: content }] }
  const parts = content.map((block): SluiceMessage['parts'][number] => {
    if (block.type === 'text') return block
    const mediaType = block.type === 'image' ? 'image/*' : 'application/octet-stream'
    return { type: 'file', mediaType, url: `/attachments/${block.attachmentId}`, filename: block.name }
  })
  return { id, role: 'user', parts }
}

async function answerOf({ messageId, runs }: Answer): Promise<SluiceMessage | undefined> {
  if (runs.at(-1)?.state === 'running') return undefined
  const stream = new ReadableStream<UIMessageChunk>({
    start(controller) {
      for (const chunk of chunksOfRuns(createAnswerChunks(messageId), runs)) controller.enqueue(chunk)
      controller.close()
    },
  })
  let last: SluiceMessage | undefined
  for await (const message of readUIMessageStream<SluiceMessage>({ stream })) last = message
  return last
}
