import { blocksOf, messagesOfLoop, textOf } from './conversation.ts'
import type { ContentBlock, MessagesBody } from './messages-body.ts'

export interface ToolResult {
  /** The id of the call. */
  id: string
  /** The tool that was called. */
  name: string
  isError: boolean
  text: string
}

/** How far a turn has come that takes several requests. */
export interface ToolLoop {
  /** How often results of tools came back since the prompt: 0 at the prompt itself. */
  round: number
  /** How often the answer paused since. */
  pauses: number
  /** The server's tool that runs since the last pause, when this request goes on after one. */
  paused: ContentBlock | undefined
  /** In the last message. */
  results: ToolResult[]
}

export function toolLoopOf(body: MessagesBody): ToolLoop {
  const messages = messagesOfLoop(body)
  const blocks = messages.flatMap(({ content }) => blocksOf(content))
  const last = body.messages.at(-1)
  const lastBlocks = blocksOf(last?.content ?? [])
  return {
    round: messages.filter(({ role }) => role === 'user').length,
    pauses: blocks.filter(({ type }) => type === 'server_tool_use').length,
    paused: last?.role === 'assistant' ? lastBlocks.at(-1) : undefined,
    results: resultsIn(lastBlocks, body),
  }
}

function resultsIn(blocks: readonly ContentBlock[], { messages }: MessagesBody): ToolResult[] {
  const calls = blocksOf(messages.at(-2)?.content ?? [])
  return blocks
    .filter(({ type }) => type === 'tool_result')
    .map(({ tool_use_id = '', is_error, content }) => ({
      id: tool_use_id,
      name: calls.find(({ id }) => id === tool_use_id)?.name ?? '',
      isError: is_error === true,
      text: textOf(content ?? ''),
    }))
}
