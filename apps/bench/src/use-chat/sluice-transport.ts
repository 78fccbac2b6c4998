import { createRunStore, createStartOnce, newId } from '@sluice/client'
import type { AppRouter } from '@sluice/server'
import type { TRPCClient } from '@trpc/client'
import { type ChatTransport, isToolUIPart, type UIMessageChunk } from 'ai'
import { type AnswerChunks, createAnswerChunks } from './answer-chunks.ts'
import { type AnswerStart, createAsk } from './ask.ts'
import { createCalls, UNREACHABLE } from './calls.ts'
import { stopRun, streamRun } from './stream-run.ts'
import { chunksOfRuns, type SluiceMessage } from './ui-messages.ts'

type SendRequest = Parameters<ChatTransport<SluiceMessage>['sendMessages']>[0]

interface FollowOptions {
  /** Those of the answer so far. Default: the answer begins with this run. */
  readonly chunks?: AnswerChunks
  readonly before?: readonly UIMessageChunk[]
  readonly isReplaced?: () => boolean
}

/**
 * `useChat` of the AI SDK over Sluice: copy this folder. Create the transport once, and the chat outside of the component,
 * whose unmount would stop it:
 *
 *     const client = createTRPCClient<AppRouter>({ links: createLinks({ url: '/trpc' }) })
 *     const chat = new Chat({ id: conversationId, transport: createSluiceTransport(client), messages: await uiMessagesOf(…) })
 *     const { messages, sendMessage } = useChat({ chat, resume: true })
 *
 * The chat's id is the conversation's, a UUID. The server has the history, so only the last question is sent: its text, and
 * from the request's `body` the settings of `chat.send`, such as `model`. Files are refused. For tools that ask, the chat's
 * `sendAutomaticallyWhen` is `lastAssistantMessageIsCompleteWithApprovalResponses`. An abort stops the run.
 */
export function createSluiceTransport(client: TRPCClient<AppRouter>): ChatTransport<SluiceMessage> {
  /** By chat. The server takes no question after an answer that is still being stopped. */
  const stops = new Map<string, Promise<void>>()
  /** By chat, how many there were. */
  const resumes = new Map<string, number>()

  const { ready, call, readAnswers } = createCalls(client)
  const ask = createAsk(client)
  const startOnce = createStartOnce<AnswerStart>({ ready, start: ({ start }) => start() })

  /** @param isReplaced Whether an abort only means that another stream takes the place of this one. */
  function follow(
    runId: string,
    { chatId, abortSignal }: Pick<SendRequest, 'chatId' | 'abortSignal'>,
    { chunks = createAnswerChunks(runId), before, isReplaced }: FollowOptions = {},
  ): ReadableStream<UIMessageChunk> {
    const run = createRunStore({ runId, runs: client.runs })
    const stop = () => void stops.set(chatId, stopRun(run))
    const abort = isReplaced ? () => queueMicrotask(() => isReplaced() || stop()) : stop
    if (abortSignal?.aborted) abort()
    else abortSignal?.addEventListener('abort', abort, { once: true })
    return streamRun(run, chunks, before)
  }

  /** Sends what a person has decided about an answer's calls. With the last decision the answer goes on. */
  async function decide(
    answer: SluiceMessage,
    request: SendRequest,
  ): Promise<ReadableStream<UIMessageChunk>> {
    const { chatId, abortSignal } = request
    const ownId = newId()
    let runId: string | undefined
    for (const part of answer.parts) {
      if (!isToolUIPart(part) || part.state !== 'approval-responded') continue
      const decision = { callId: part.toolCallId, approve: part.approval.approved, runId: ownId }
      const result = await call(() => client.tools.decide.mutate(decision), abortSignal)
      if ('runId' in result) ({ runId } = result)
    }
    if (runId === undefined) throw new Error('Calls of tools wait for a decision.')
    const chunks = createAnswerChunks(answer.id)
    const stored = (await readAnswers(chatId, abortSignal)).find(({ messageId }) => messageId === answer.id)
    // The chat has them.
    chunksOfRuns(chunks, stored?.runs.filter((run) => run.runId !== runId) ?? [])
    return follow(runId, request, { chunks })
  }

  return {
    resumeStreamIsReplay: true,

    async sendMessages(request) {
      const { chatId, messages, messageId, abortSignal } = request
      await stops.get(chatId)
      const message = messages.find(({ id }) => id === messageId) ?? messages.at(-1)
      if (!message) throw new Error('There is nothing to send.')
      if (message.role === 'assistant') return decide(message, request)
      const answer = ask(request, message)
      const started = await startOnce(answer, abortSignal)
      if (started.type === 'refused') throw new Error(started.error.message)
      // What the server may have started is stopped.
      const isDoubtful = started.type === 'unanswered' && abortSignal?.aborted
      if (started.type !== 'started' && !isDoubtful) throw new Error(UNREACHABLE)
      return follow(answer.runId, request)
    },

    async reconnectToStream({ chatId, abortSignal }) {
      const number = (resumes.get(chatId) ?? 0) + 1
      resumes.set(chatId, number)
      const answers = await readAnswers(chatId, abortSignal)
      const answer = answers.findLast(({ runs }) => runs.at(-1)?.state === 'running')
      const run = answer?.runs.at(-1)
      if (!answer || !run || abortSignal?.aborted) return null
      const chunks = createAnswerChunks(answer.messageId)
      const before = chunksOfRuns(chunks, answer.runs)
      // StrictMode and a page that is visible again resume twice, which aborts the first one.
      const isReplaced = () => resumes.get(chatId) !== number
      return follow(run.runId, { chatId, abortSignal }, { chunks, before, isReplaced })
    },
  }
}
