import { invalidRequest } from './api-error.ts'
import { blocksOf, messagesOfLoop } from './conversation.ts'
import { hasThinking } from './message.ts'
import { blockPrefixes, signThinking } from './message-prefixes.ts'
import type { ContentBlock, MessagesBody } from './messages-body.ts'
import { seal } from './seal.ts'

type Message = MessagesBody['messages'][number]

/** @throws a 400 `ApiError` for a conversation that the API would not go on with. */
export function checkHistory(body: MessagesBody): void {
  const { messages } = body
  const prefixes = blockPrefixes(body)
  checkToolResults(undefined, -1, messages[0])
  for (const [index, message] of messages.entries()) {
    checkContent(message, index)
    checkThinking(message, index, prefixes[index] ?? [])
    checkToolResults(message, index, messages[index + 1])
  }
  checkCallIds(messages)
  checkServerTools(messages)
  if (body.thinking?.type === 'adaptive') checkThinkingOfLoop(body)
  const last = messages.at(-1)
  // After `pause_turn` an answer is sent back as it is, and goes on.
  if (last?.role === 'assistant' && blocksOf(last.content).at(-1)?.type !== 'server_tool_use') {
    throw invalidRequest(
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    )
  }
  if (messages[0]?.role !== 'user') throw invalidRequest('messages: first message must use the "user" role')
}

function checkContent({ role, content }: Message, index: number): void {
  if (content.length === 0)
    throw invalidRequest(`messages.${index}: ${role} messages must have non-empty content`)
  for (const { type, text = '' } of blocksOf(content)) {
    if (type !== 'text' || /\S/.test(text)) continue
    throw invalidRequest(
      text === ''
        ? 'messages: text content blocks must be non-empty'
        : 'messages: text content blocks must contain non-whitespace text',
    )
  }
}

/**
 * Claude takes its thinking back unchanged, after the very messages that it had thought about. A message can have the
 * blocks of several answers, where it paused in between.
 */
function checkThinking({ role, content }: Message, index: number, prefixes: readonly string[]): void {
  if (role !== 'assistant') return
  for (const [at, { type, thinking = '', signature }] of blocksOf(content).entries()) {
    const isSigned = prefixes.some((prefix) => signature === signThinking(prefix, thinking))
    if (type !== 'thinking' || isSigned) continue
    throw invalidRequest(`messages.${index}.content.${at}: Invalid \`signature\` in \`thinking\` block`)
  }
}

/** Until a turn has ended, Claude wants back what it thought before its calls. */
function checkThinkingOfLoop(body: MessagesBody): void {
  const loop = messagesOfLoop(body)
  for (const [at, { content }] of loop.entries()) {
    const [first, ...rest] = blocksOf(content)
    const blocks = [first, ...rest]
    if (!blocks.some((block) => block?.type === 'tool_use' && hasThinking(block.id))) continue
    if (blocks.some((block) => block?.type === 'thinking' || block?.type === 'redacted_thinking')) continue
    const index = body.messages.length - loop.length + at
    throw invalidRequest(
      `messages.${index}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found ` +
        `\`${first?.type}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking ` +
        'block (preceeding the lastmost set of `tool_use` and `tool_result` blocks). We recommend you include ' +
        'thinking blocks from previous turns. To avoid this requirement, disable `thinking`.',
    )
  }
}

/** The results of all calls are at the beginning of the next message, and there are no others. */
function checkToolResults(message: Message | undefined, index: number, next: Message | undefined): void {
  const calls = message?.role === 'assistant' ? blocksOf(message.content).filter(isCall) : []
  const nextBlocks = next?.role === 'user' ? blocksOf(next.content) : []
  const rest = nextBlocks.findIndex(({ type }) => type !== 'tool_result')
  const answered = new Set(
    nextBlocks.slice(0, rest === -1 ? undefined : rest).map((block) => block.tool_use_id),
  )
  const open = calls.filter(({ id }) => !answered.has(id))
  if (open.length > 0) {
    const ids = open.map(({ id }) => id).join(', ')
    throw invalidRequest(
      `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${ids}. ` +
        'Each `tool_use` block must have a corresponding `tool_result` block in the next message.',
    )
  }
  const called = new Set(calls.map(({ id }) => id))
  const seen = new Set<string | undefined>()
  for (const [at, { type, tool_use_id: id, is_error, content }] of nextBlocks.entries()) {
    if (type !== 'tool_result') continue
    const where = `messages.${index + 1}.content.${at}`
    if (!called.has(id)) {
      throw invalidRequest(
        `${where}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}. Each \`tool_result\` block ` +
          'must have a corresponding `tool_use` block in the previous message.',
      )
    }
    if (seen.has(id)) {
      throw invalidRequest(
        `${where}: each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${id}`,
      )
    }
    if (is_error === true && !content?.length)
      throw invalidRequest(`${where}.tool_result: content cannot be empty if \`is_error\` is true`)
    seen.add(id)
  }
}

function checkCallIds(messages: readonly Message[]): void {
  const ids = new Set<string | undefined>()
  for (const [index, { content }] of messages.entries()) {
    for (const [at, block] of blocksOf(content).entries()) {
      if (!isCall(block)) continue
      const { id, input } = block
      const where = `messages.${index}.content.${at}`
      if (ids.has(id)) throw invalidRequest(`${where}: \`tool_use\` ids must be unique`)
      ids.add(id)
      if (typeof input === 'object' && input !== null && !Array.isArray(input)) continue
      throw invalidRequest(`${where}.tool_use.input: Input should be a valid dictionary`)
    }
  }
}

/** The result of a server's tool is in the answer itself, unless that paused before. */
function checkServerTools(messages: readonly Message[]): void {
  const answers = messages.map(({ content }) => blocksOf(content))
  const results = new Set(answers.flat().map(({ tool_use_id }) => tool_use_id))
  for (const [index, blocks] of answers.entries()) {
    checkResults(blocks, index, answers)
    for (const { type, id, name } of index === answers.length - 1 ? blocks.slice(0, -1) : blocks) {
      if (type !== 'server_tool_use' || results.has(id)) continue
      throw invalidRequest(
        `messages.${index}: \`${name}\` tool use with id \`${id}\` was found without a corresponding ` +
          `\`${name}_tool_result\` block`,
      )
    }
  }
}

/** What they returned comes back as it was, and what was cited of it. */
function checkResults(
  blocks: readonly ContentBlock[],
  index: number,
  answers: readonly ContentBlock[][],
): void {
  const calls = new Set(answers.slice(0, index + 1).flatMap((each) => each.map(({ id }) => id)))
  for (const [at, { type, tool_use_id, content, citations }] of blocks.entries()) {
    const where = `messages.${index}.content.${at}`
    if (type.endsWith('_tool_result') && !calls.has(tool_use_id))
      throw invalidRequest(`${where}: unexpected \`tool_use_id\` found in \`${type}\` blocks: ${tool_use_id}`)
    const found = type === 'web_search_tool_result' && typeof content === 'object' ? (content ?? []) : []
    if (
      found.some(
        (page) => page.type === 'web_search_result' && page.encrypted_content !== seal(page.url, page.title),
      )
    )
      throw invalidRequest(`${where}: Invalid \`encrypted_content\` in \`web_search_result\` block`)
    const isMade = ({ url, cited_text, encrypted_index }: NonNullable<typeof citations>[number]) =>
      encrypted_index !== undefined && encrypted_index !== seal(url, cited_text)
    if (citations?.some(isMade) === true)
      throw invalidRequest(`${where}: Invalid \`encrypted_index\` in citation`)
  }
}

function isCall({ type }: ContentBlock): boolean {
  return type === 'tool_use'
}
