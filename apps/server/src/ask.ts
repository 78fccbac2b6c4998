import { randomUUID } from 'node:crypto'
import {
  type ClaudeRequest,
  DECLINED,
  DEFAULT_MAX_TOKENS,
  type Effort,
  type History,
  historyOf,
} from '@sluice/claude'
import {
  addAnswer,
  addQuestion,
  type Db,
  declineToolCalls,
  readAnswerState,
  readConversationBytes,
  readPath,
  readQuestion,
  readQuestionOf,
  readToolCalls,
  type StoredQuestion,
  useAttachments,
} from '@sluice/db'
import { TRPCError } from '@trpc/server'
import { byteCount } from './byte-count.ts'
import type { Context } from './context.ts'
import { type Content, contentChars, filesOf, textOf, titleOf } from './content.ts'
import type { OnDisconnect } from './on-disconnect.ts'
import { fileNotFound, withStoredFiles } from './question-files.ts'
import { startRun } from './start-run.ts'
import { storedTurns } from './stored-turns.ts'
import { NO_TOOLS } from './tools.ts'
import { toWellFormed } from './well-formed.ts'

/** How an answer is asked for. */
interface AnswerSettings {
  /** A UUID that the client chose. It claims the answer, and is its id. */
  readonly runId: string
  readonly model?: string | undefined
  readonly effort?: Effort | undefined
  readonly maxTokens?: number | undefined
  readonly onDisconnect?: OnDisconnect | undefined
}

interface NewQuestion {
  /** A UUID that the client chose. A conversation with a new one is created. */
  readonly conversationId: string
  /** The answer that the question follows; null for a first question. */
  readonly parentId: string | null
  readonly content: Content
}

/**
 * Stores a question, and starts its answer. Where the answer before it waits for decisions, they are denied. The same run
 * id again does nothing, and gives the first result.
 *
 * @throws {TRPCError} `NOT_FOUND`, `CONFLICT` while the answer `parentId` is being written, `PAYLOAD_TOO_LARGE`,
 * `BAD_REQUEST`; and what {@link startRun} throws.
 */
export async function ask(
  context: Context,
  { conversationId, parentId, content: sent, ...settings }: AnswerSettings & NewQuestion,
): Promise<{ runId: string; messageId: string }> {
  const { owner, database } = context
  const { runId } = settings
  const findQuestion = () => database.query((db) => readQuestionOf(db, owner, runId))
  const earlier = await findQuestion()
  const content = earlier ? sent : await withStoredFiles(context, sent)
  const question = earlier ?? { id: randomUUID(), conversationId, parentId, content: JSON.stringify(content) }
  await startAnswer(context, { question, settings }, async (tx) => {
    await declineOpenCalls(tx, question.parentId)
    const stored = { ...question, owner, title: titleOf(content), words: toWellFormed(textOf(content)) }
    if (!(await addQuestion(tx, stored))) throw notFound('conversation')
    const fileIds = filesOf(content).map(({ attachmentId }) => attachmentId)
    if (!(await useAttachments(tx, owner, question.id, fileIds))) throw fileNotFound('A file is not there.')
  })
  // Another call with the same run id may have been the first.
  const messageId = (earlier ?? (await findQuestion()))?.id
  if (messageId !== undefined) return { runId, messageId }
  throw new TRPCError({
    code: 'CONFLICT',
    message: 'The run id was used for a run without a conversation, or for one that was deleted.',
  })
}

/**
 * Starts another answer to a question. The same run id again does nothing.
 *
 * @throws as {@link ask}.
 */
export async function askAgain(
  context: Context,
  { messageId, ...settings }: AnswerSettings & { readonly messageId: string },
): Promise<{ runId: string }> {
  const { owner, database } = context
  const { runId } = settings
  const question = await database.query(
    async (db) => (await readQuestionOf(db, owner, runId)) ?? (await readQuestion(db, owner, messageId)),
  )
  if (question) await startAnswer(context, { question, settings })
  else if (!(await context.runs.has(owner, runId))) throw notFound('question')
  return { runId }
}

/** @throws {TRPCError} `CONFLICT`. */
async function declineOpenCalls(tx: Db, answerId: string | null): Promise<void> {
  if (answerId === null) return
  if (!(await declineToolCalls(tx, { answerId, denial: JSON.stringify(DECLINED) }))) throw stillWritten()
}

async function startAnswer(
  context: Context,
  { question, settings }: { question: StoredQuestion; settings: AnswerSettings },
  storeQuestion: (tx: Db) => Promise<void> = async () => {},
): Promise<void> {
  const { owner, runs, records, system } = context
  const tools = definitionsOf(context)
  const { runId, model = context.defaultModel, effort, onDisconnect } = settings
  const { maxTokens = Math.min(DEFAULT_MAX_TOKENS, context.maxOutputTokens) } = settings
  if (await runs.has(owner, runId)) return
  checkSettings(context, { model, maxTokens })
  const { messages, leftOut } = await readHistory(context, question, model)
  await startRun(context, {
    runId,
    request: { model, system, tools, messages, maxTokens, effort },
    onDisconnect,
    claim: (run) =>
      records.claim({ ...run, answerId: runId, leftOut }, async (tx) => {
        await storeQuestion(tx)
        if (!(await addAnswer(tx, owner, { id: runId, parentId: question.id }))) throw notFound('question')
        await requireRoom(tx, question.conversationId)
      }),
  })
}

/** Of all that is asked and answered in a conversation, which `conversations.get` reads at once. */
const MAX_CONVERSATION_BYTES = 20_000_000

/** @throws {TRPCError} `PAYLOAD_TOO_LARGE`. */
export async function requireRoom(tx: Db, conversationId: string): Promise<void> {
  if ((await readConversationBytes(tx, conversationId)) <= MAX_CONVERSATION_BYTES) return
  const message = `A conversation may have at most ${byteCount(MAX_CONVERSATION_BYTES)} of text. Begin another one.`
  throw new TRPCError({ code: 'PAYLOAD_TOO_LARGE', message })
}

/** What Claude is sent: the question, and what was said before it. */
async function readHistory(context: Context, question: StoredQuestion, model: string): Promise<History> {
  const { owner, database, system, maxPromptChars: maxChars, maxMessages, files } = context
  const content: Content = JSON.parse(question.content)
  checkSize(context, content)
  const limits = { maxChars, maxMessages, maxFileBytes: files.maxBytes, maxFiles: files.maxFiles }
  const tools = definitionsOf(context)
  const options = { model, system, tools: tools && JSON.stringify(tools), ...limits }
  const { parentId } = question
  if (parentId === null) return historyOf([], content, options)
  return database.query(async (db) => {
    const parent = await readAnswerState(db, owner, parentId)
    if (parent?.conversationId !== question.conversationId) throw notFound('answer')
    if (parent.unfinished) throw stillWritten()
    const path = await readPath(db, { to: parentId, skip: parent.leftOut })
    const calls = await readToolCalls(db, question.conversationId)
    return historyOf(storedTurns(path, calls), content, { ...options, leftOut: parent.leftOut })
  })
}

/** What Claude may call. Undefined when there is nothing. */
function definitionsOf({ tools = NO_TOOLS, webTools }: Context): ClaudeRequest['tools'] {
  const all = [...tools.definitions, ...webTools]
  return all.length > 0 ? all : undefined
}

/** @throws {TRPCError} `PAYLOAD_TOO_LARGE` for more than one request to Claude takes. */
function checkSize({ maxPromptChars, files }: Context, content: Content): void {
  const blocks = filesOf(content)
  const sizes = [
    ['characters', contentChars(content), maxPromptChars],
    ['files', blocks.length, files.maxFiles],
    // A file counts as often as it is sent.
    ['bytes of files', blocks.reduce((sum, { size }) => sum + size, 0), files.maxBytes],
  ] as const
  for (const [what, size, limit] of sizes) {
    if (size <= limit) continue
    const message = `The question has ${size} ${what}; at most ${limit} are allowed.`
    throw new TRPCError({ code: 'PAYLOAD_TOO_LARGE', message })
  }
}

/** @throws {TRPCError} `BAD_REQUEST`. */
function checkSettings(
  { allowedModels, maxOutputTokens }: Context,
  { model, maxTokens }: { model: string; maxTokens: number },
): void {
  if (!allowedModels.includes(model)) {
    throw new TRPCError({
      code: 'BAD_REQUEST',
      message: `The model ${model} is not allowed; expected one of ${allowedModels.join(', ')}.`,
    })
  }
  if (maxTokens > maxOutputTokens) {
    throw new TRPCError({
      code: 'BAD_REQUEST',
      message: `maxTokens is ${maxTokens}; at most ${maxOutputTokens} are allowed.`,
    })
  }
}

function stillWritten(): TRPCError {
  return new TRPCError({ code: 'CONFLICT', message: 'The answer before this is still being written.' })
}

function notFound(what: string): TRPCError {
  return new TRPCError({ code: 'NOT_FOUND', message: `There is no such ${what}.` })
}
