import { randomUUID } from 'node:crypto'
import { appTools, startTestServer } from '@sluice/server/testing'
import {
  type ChatInit,
  isToolUIPart,
  lastAssistantMessageIsCompleteWithApprovalResponses,
  readUIMessageStream,
  type UIMessageChunk,
} from 'ai'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createSluiceTransport } from './sluice-transport.ts'
import { openPage, type Page } from './testing/open-page.ts'
import { TestChat } from './testing/test-chat.ts'
import { type SluiceMessage, uiMessagesOf } from './ui-messages.ts'

/** What the server sends at most beyond an ack, in characters. */
const WINDOW = 8192

let server: Awaited<ReturnType<typeof startTestServer>>
let page: Page

beforeAll(async () => {
  server = await startTestServer({ WINDOW_CHARS: String(WINDOW) }, { tools: appTools })
})
beforeEach(async () => {
  page = await openPage(server.url)
})
afterAll(() => server.close())

function openChat(
  id: string = randomUUID(),
  { client }: Pick<Page, 'client'> = page,
  init: Pick<ChatInit<SluiceMessage>, 'messages' | 'onToolCall'> = {},
) {
  const sendAutomaticallyWhen = lastAssistantMessageIsCompleteWithApprovalResponses
  return new TestChat({ id, sendAutomaticallyWhen, transport: createSluiceTransport(client), ...init })
}

/** The chat of another page of the same person, with what the server has stored. */
async function reopen(id: string): Promise<TestChat> {
  const other = await openPage(server.url, page.cookie)
  return openChat(id, other, { messages: await uiMessagesOf(await read(id)) })
}

const read = (conversationId: string) => page.client.conversations.get.query({ conversationId })

/** What Claude was asked with this prompt. */
const requestsOf = (prompt: string) =>
  server.simulator.stats().requests.filter((request) => request.prompt.trim() === prompt)

const textOf = (message: SluiceMessage | undefined) =>
  message?.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')

const toolOf = (message: SluiceMessage | undefined) => message?.parts.find(isToolUIPart)

const rolesOf = ({ messages }: TestChat) => messages.map(({ role }) => role)

function until(condition: () => boolean | Promise<boolean>): Promise<unknown> {
  return vi.waitUntil(condition, { interval: 10, timeout: 30_000 })
}

/** Sends a question without a chat. */
function send(text: string, chatId: string = randomUUID()): Promise<ReadableStream<UIMessageChunk>> {
  const message: SluiceMessage = { id: 'question', role: 'user', parts: [{ type: 'text', text }] }
  const trigger = 'submit-message'
  return createSluiceTransport(page.client).sendMessages({
    trigger,
    chatId,
    messageId: undefined,
    messages: [message],
    abortSignal: undefined,
  })
}

test('the message has exactly the thinking and the text of Claude, and what they cost', async () => {
  const stream = await send('exact [[sim tokens=1000 thinking=50 text=emoji]]')
  let message: SluiceMessage | undefined
  for await (message of readUIMessageStream<SluiceMessage>({ stream }));
  const [request, ...more] = requestsOf('exact')
  expect(more).toEqual([])
  expect(textOf(message)).toBe(request?.text)
  expect(message?.parts.map(({ type }) => type)).toEqual(['step-start', 'reasoning', 'text'])
  expect(message?.parts[1]).toMatchObject({ text: request?.thinking, state: 'done' })
  expect(message?.metadata).toMatchObject({
    stopReason: 'end_turn',
    usage: { outputTokens: request?.tokens },
    costUsd: expect.any(Number),
  })
})

test('a chat is submitted, then streams, then is ready for the next question, which Claude gets with the first', async () => {
  const chat = openChat()
  await chat.sendMessage({ text: 'first [[sim tokens=20]]' }, { body: { model: 'claude-haiku-5-5' } })
  expect(chat.statuses).toEqual(['ready', 'submitted', 'streaming', 'ready'])
  await chat.sendMessage({ text: 'second [[sim tokens=20]]' })
  expect(rolesOf(chat)).toEqual(['user', 'assistant', 'user', 'assistant'])
  expect(chat.messages[1]?.metadata?.model).toBe('claude-haiku-5-5')
  const { messages } = await read(chat.id)
  expect(messages.map(({ parentId }) => parentId)).toEqual([
    null,
    ...messages.slice(0, 3).map((m) => m.messageId),
  ])
  expect(chat.messages[3]?.id).toBe(messages[3]?.messageId)
  expect((await uiMessagesOf(await read(chat.id))).map(textOf)).toEqual([
    'first [[sim tokens=20]]',
    requestsOf('first')[0]?.text,
    'second [[sim tokens=20]]',
    requestsOf('second')[0]?.text,
  ])
})

test('Stop ends the run and Claude’s request, and the next question is accepted at once', async () => {
  const chat = openChat()
  const sent = chat.sendMessage({ text: 'endless [[sim fault=stall@20]]' })
  await until(() => textOf(chat.lastMessage) !== '' && chat.status === 'streaming')
  await chat.stop()
  await sent
  expect(chat.status).toBe('ready')
  await chat.sendMessage({ text: 'after [[sim tokens=5]]' })
  expect(chat.error).toBeUndefined()
  expect(requestsOf('endless')).toMatchObject([{ outcome: 'aborted' }])
  const { messages } = await read(chat.id)
  expect(messages[1]).toMatchObject({
    runs: [
      { events: expect.arrayContaining([expect.objectContaining({ type: 'done', stopReason: 'stopped' })]) },
    ],
  })
  expect(textOf(chat.lastMessage)).toBe(requestsOf('after')[0]?.text)
})

test('an answer that is stopped before it has begun is still what the next question follows', async () => {
  const chat = openChat()
  const sent = chat.sendMessage({ text: 'silent [[sim fault=hang]]' })
  await until(() => requestsOf('silent').length > 0)
  await chat.stop()
  await sent
  expect(rolesOf(chat)).toEqual(['user'])
  await chat.sendMessage({ text: 'next [[sim tokens=5]]' })
  const { messages } = await read(chat.id)
  expect(messages[2]?.parentId).toBe(messages[1]?.messageId)
})

test('regenerate makes another answer to the same question, also after a reload', async () => {
  const chat = openChat()
  await chat.sendMessage({ text: 'again [[sim tokens=20]]' })
  await chat.regenerate()
  const other = await reopen(chat.id)
  expect(other.messages.map(textOf)).toEqual(chat.messages.map(textOf))
  await other.regenerate()
  const [question, ...answers] = (await read(chat.id)).messages
  expect(answers.map(({ role, parentId }) => [role, parentId])).toEqual(
    Array.from({ length: 3 }, () => ['assistant', question?.messageId]),
  )
  expect(other.lastMessage?.id).toBe(answers[2]?.messageId)
})

test('a question that is edited is asked beside the first one', async () => {
  const chat = openChat()
  await chat.sendMessage({ text: 'wrong [[sim tokens=5]]' })
  await chat.sendMessage({ text: 'right [[sim tokens=5]]', messageId: chat.messages[0]?.id ?? '' })
  expect(chat.messages.map(textOf)).toEqual(['right [[sim tokens=5]]', requestsOf('right')[0]?.text])
  const { messages } = await read(chat.id)
  expect(messages.filter(({ role }) => role === 'user').map(({ parentId }) => parentId)).toEqual([null, null])
  expect((await uiMessagesOf(await read(chat.id))).map(textOf)).toEqual(chat.messages.map(textOf))
})

test('a question that was refused is sent again by regenerate', async () => {
  const chat = openChat()
  await chat.sendMessage({ text: 'refused [[sim tokens=5]]' }, { body: { model: 'claude-unknown' } })
  expect([chat.status, chat.error?.message]).toEqual([
    'error',
    expect.stringContaining('claude-unknown is not allowed'),
  ])
  await chat.regenerate()
  expect(textOf(chat.lastMessage)).toBe(requestsOf('refused')[0]?.text)
})

test('a page that is reloaded in the middle of an answer resumes it, and pays nothing', async () => {
  const id = randomUUID()
  const gone = (await send('reload [[sim tps=400 tokens=150]]', id)).getReader()
  for (let text = ''; text === '';) {
    const { value } = await gone.read()
    if (value?.type === 'text-delta') text = value.delta
  }
  await gone.cancel()
  const chat = await reopen(id)
  expect(rolesOf(chat)).toEqual(['user'])
  // The second one takes the place of the first, as in StrictMode and with a page that is visible again.
  const first = chat.resumeStream()
  await until(() => chat.status === 'streaming')
  await Promise.all([chat.resumeStream(), first])
  expect(chat.status).toBe('ready')
  expect(chat.messages).toHaveLength(2)
  expect(textOf(chat.lastMessage)).toBe(requestsOf('reload')[0]?.text)
  expect(chat.lastMessage?.metadata?.stopReason).toBe('end_turn')
  expect(requestsOf('reload')).toHaveLength(1)
})

test('Stop ends an answer that was resumed', async () => {
  const id = randomUUID()
  await (await send('resumed [[sim fault=stall@20]]', id)).cancel()
  const chat = await reopen(id)
  const resumed = chat.resumeStream()
  await until(() => chat.status === 'streaming')
  await chat.stop()
  await resumed
  await until(() => requestsOf('resumed')[0]?.outcome !== 'open')
  expect(requestsOf('resumed')).toMatchObject([{ outcome: 'aborted' }])
})

test('without an answer that is being written there is nothing to resume', async () => {
  const chat = openChat()
  await chat.resumeStream()
  expect([chat.status, chat.messages]).toEqual(['ready', []])
  await chat.sendMessage({ text: 'ended [[sim tokens=5]]' })
  const other = await reopen(chat.id)
  await other.resumeStream()
  expect([other.statuses, other.messages.length]).toEqual([['ready'], 2])
})

test('an error of Claude is the chat’s error, in the words of Sluice, after the text', async () => {
  const chat = openChat()
  await chat.sendMessage({ text: 'broken [[sim fault=error@20]]' })
  expect(chat.status).toBe('error')
  const [, answer] = (await read(chat.id)).messages
  const end = answer?.role === 'assistant' ? answer.runs[0]?.events.at(-1) : undefined
  expect(end).toMatchObject({ type: 'error', code: 'overloaded', message: chat.error?.message })
  expect(textOf(chat.lastMessage)).toBe(requestsOf('broken')[0]?.text)
  expect(textOf(chat.lastMessage)).not.toBe('')
})

test('a connection that is lost in the middle leaves no gap', async () => {
  const own = await openPage(server.url)
  const chat = openChat(randomUUID(), own)
  const sent = chat.sendMessage({ text: 'lost [[sim thinking=0 tps=400 tokens=200]]' })
  for (const chars of [1, 200, 400]) {
    await until(() => (textOf(chat.lastMessage) ?? '').length > chars && chat.status === 'streaming')
    own.drop()
  }
  await sent
  expect(chat.status).toBe('ready')
  expect(textOf(chat.lastMessage)).toBe(requestsOf('lost')[0]?.text)
  expect(requestsOf('lost')).toHaveLength(1)
})

test('a query is called at once, and its result is a part of the message', async () => {
  const onToolCall = vi.fn<NonNullable<ChatInit<SluiceMessage>['onToolCall']>>()
  const chat = openChat(randomUUID(), page, { onToolCall })
  await chat.sendMessage({ text: 'Find notes about whales' })
  const types = chat.lastMessage?.parts.map(({ type }) => type).filter((type) => type !== 'reasoning')
  expect(types).toEqual(['step-start', 'text', 'tool-notes.search', 'step-start', 'text'])
  expect(toolOf(chat.lastMessage)).toMatchObject({
    state: 'output-available',
    input: { words: 'whales' },
    output: { notes: [] },
  })
  expect(onToolCall.mock.calls).toMatchObject([[{ toolCall: { input: { words: 'whales' } } }]])
})

test('a mutation waits for the person, and is executed once it is allowed', async () => {
  const chat = openChat()
  await chat.sendMessage({ text: 'Add a note: Locks: two gates' })
  const waiting = toolOf(chat.lastMessage)
  expect(waiting).toMatchObject({
    type: 'tool-notes.add',
    state: 'approval-requested',
    input: { title: 'Locks' },
  })
  const before = chat.lastMessage?.metadata?.usage?.outputTokens ?? 0
  await chat.addToolApprovalResponse({ id: waiting?.approval?.id ?? '', approved: true })
  await until(() => chat.status === 'ready' && chat.lastMessage?.metadata?.stopReason === 'end_turn')
  expect(chat.messages).toHaveLength(2)
  expect(toolOf(chat.lastMessage)).toMatchObject({
    state: 'output-available',
    output: { id: expect.any(String) },
  })
  expect(chat.lastMessage?.metadata?.usage?.outputTokens).toBeGreaterThan(before)
  expect((await page.client.notes.list.query()).notes).toMatchObject([{ title: 'Locks' }])
  expect((await uiMessagesOf(await read(chat.id)))[1]?.parts).toEqual(chat.lastMessage?.parts)
})

test('an answer that goes on after an approval is resumed from its beginning', async () => {
  const chat = openChat()
  await chat.sendMessage({ text: 'Add a note: Wind: strong [[sim fault=stall@9 round=1]]' })
  const { approval, toolCallId } = toolOf(chat.lastMessage) ?? {}
  await chat.addToolApprovalResponse({ id: approval?.id ?? '', approved: true })
  await until(() => requestsOf('Add a note: Wind: strong')[1]?.text !== undefined)
  const other = await reopen(chat.id)
  const resumed = other.resumeStream()
  await until(() => toolOf(other.lastMessage)?.state === 'output-available')
  expect(other.lastMessage?.id).toBe(chat.lastMessage?.id)
  expect(toolOf(other.lastMessage)).toMatchObject({ toolCallId, approval: { approved: true } })
  await other.stop()
  await resumed
})

test('a mutation that is denied after a reload is not executed', async () => {
  const chat = openChat()
  await chat.sendMessage({ text: 'Add a note: Tides: twice a day' })
  const other = await reopen(chat.id)
  const waiting = toolOf(other.lastMessage)
  expect(waiting?.state).toBe('approval-requested')
  await other.addToolApprovalResponse({ id: waiting?.approval?.id ?? '', approved: false })
  await until(() => other.status === 'ready' && other.lastMessage?.metadata?.stopReason === 'end_turn')
  expect(toolOf(other.lastMessage)).toMatchObject({ state: 'output-denied', approval: { approved: false } })
  expect((await page.client.notes.search.query({ words: 'Tides' })).notes).toEqual([])
  expect(toolOf((await uiMessagesOf(await read(chat.id)))[1])?.state).toBe('output-denied')
})

test('a reader that takes nothing more is sent no more than a window', async () => {
  const slow = await openPage(server.url)
  const reader = (
    await createSluiceTransport(slow.client).sendMessages({
      trigger: 'submit-message',
      chatId: randomUUID(),
      messageId: undefined,
      abortSignal: undefined,
      messages: [
        {
          id: 'question',
          role: 'user',
          parts: [{ type: 'text', text: 'slow [[sim text=lorem tokens=6000]]' }],
        },
      ],
    })
  ).getReader()
  await reader.read()
  // Which is time enough for the slow one to go on.
  const quick = openChat()
  await quick.sendMessage({ text: 'quick [[sim text=lorem tokens=6000]]' })
  expect(textOf(quick.lastMessage)?.length).toBeGreaterThan(2.5 * WINDOW)
  expect(slow.received()).toBeLessThan(1.5 * WINDOW)
  let text = ''
  for (let next = await reader.read(); !next.done; next = await reader.read())
    if (next.value.type === 'text-delta') text += next.value.delta
  expect(text).toBe(requestsOf('slow')[0]?.text)
})

test('files and ids that are no UUIDs are refused with a reason', async () => {
  const chat = openChat()
  await chat.sendMessage({ text: 'see', files: [{ type: 'file', mediaType: 'image/png', url: 'data:,' }] })
  expect(chat.error?.message).toBe('Files cannot be sent from here.')
  const named = openChat('my-chat')
  await named.sendMessage({ text: 'hi' })
  expect(named.error?.message).toContain('conversationId')
})
