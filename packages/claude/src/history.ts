import { type AnswerBlock, acceptedBlocks } from './answer-blocks.ts'
import { messagesChars } from './claude-request.ts'
import { type ClaudeMessage, filesOf, sizeOf } from './file-block.ts'
import { MAY_HAVE_HAPPENED, NOT_EXECUTED, toolResultBlock, type ToolResult } from './tools.ts'

type Content = ClaudeMessage['content']

/** How an answer is asked for, as far as its thinking depends on it. */
export interface TurnSettings {
  readonly model: string
  readonly system?: string | undefined
  /** The definitions of the tools, as JSON text. Undefined when there are none. */
  readonly tools?: string | undefined
}

/** A question and its answer, as they were stored. The settings are those that it was asked with. */
export interface Turn extends TurnSettings {
  readonly question: Content
  /** All calls to Claude, those before an approval included, in their order. */
  readonly steps: readonly TurnStep[]
  /** `cut`: stopped, or failed in the middle. */
  readonly end: 'finished' | 'cut' | 'refused'
}

/** One call to Claude. */
export interface TurnStep {
  /** All that Claude answered, in its order. */
  readonly content: readonly AnswerBlock[]
  /** Of the `tool_use` blocks in it. One that is missing here was not begun. */
  readonly calls: readonly StoredCall[]
}

export interface StoredCall {
  /** Claude's id of it. */
  readonly toolUseId: string
  /** Whether its execution was begun. */
  readonly begun: boolean
  readonly result?: ToolResult | undefined
}

export interface HistoryOptions extends TurnSettings {
  /** Limit of the text in all messages. */
  readonly maxChars: number
  readonly maxMessages: number
  /** Limit of all files. */
  readonly maxFileBytes: number
  readonly maxFiles: number
  /** How many messages before the first turn are not sent. Default: 0. */
  readonly leftOut?: number | undefined
}

export interface History {
  readonly messages: ClaudeMessage[]
  /** How many of the oldest messages are not sent. */
  readonly leftOut: number
}

/**
 * The messages of a request for the next answer, such that the API accepts them.
 *
 * A refused turn is left out, because Claude would refuse again, and so is one without text or calls. Of an answer that was
 * cut short, the steps whose tools were executed are sent, and the text of the last one. Every call is followed by its
 * result, or by words that it has none. A request without tools has the calls as text. What Anthropic's tools returned is
 * sent only to a request with the same tools.
 *
 * Thinking of finished turns is sent as it came, while everything before it is as it was when Claude thought: the same
 * settings, and no turn left out. Otherwise the API refuses the request.
 *
 * A conversation beyond the limits loses its older half, and again until it is within them. Half of it, because the
 * same beginning is then sent many times, which the prompt cache needs.
 */
export function historyOf(turns: readonly Turn[], question: Content, options: HistoryOptions): History {
  const { leftOut = 0 } = options
  for (let first = 0; ; first += Math.ceil((turns.length - first) / 2)) {
    const skipped = leftOut + first * 2
    const messages = messagesOf(turns.slice(first), question, { ...options, leftOut: skipped })
    if (fits(messages, options) || first === turns.length) return { messages, leftOut: skipped }
  }
}

/**
 * The messages of the request that continues an answer after its calls were decided about: all that its first request
 * had, and its steps as they came. They end with Claude's message that has the calls, for `AskOptions.resume`.
 *
 * @param turns those before the answer that its first request had.
 * @param answer the question, and all steps so far with their calls; none of the last one's are used.
 * @param options.leftOut as the first request had it.
 */
export function continuedMessages(
  turns: readonly Turn[],
  { question, steps }: Pick<Turn, 'question' | 'steps'>,
  options: TurnSettings & Pick<HistoryOptions, 'leftOut'>,
): ClaudeMessage[] {
  const messages = messagesOf(turns, question, options)
  for (const [index, step] of steps.entries()) {
    messages.push({ role: 'assistant', content: acceptedBlocks(step.content) })
    if (index < steps.length - 1) addResults(messages, step)
  }
  return messages
}

function messagesOf(
  turns: readonly Turn[],
  question: Content,
  { model, system, tools, leftOut = 0 }: TurnSettings & Pick<HistoryOptions, 'leftOut'>,
): ClaudeMessage[] {
  const messages: ClaudeMessage[] = []
  let complete = leftOut === 0
  for (const turn of turns) {
    const sameSettings = turn.model === model && turn.system === system && turn.tools === tools
    const withThinking = complete && sameSettings && turn.end === 'finished'
    const steps = sentSteps(turn, {
      withThinking,
      withCalls: tools !== undefined,
      withHosted: turn.tools === tools,
    })
    if (steps.length === 0) {
      complete = false
      continue
    }
    addUserMessage(messages, turn.question)
    for (const step of steps) {
      messages.push({ role: 'assistant', content: step.content })
      addResults(messages, step)
    }
  }
  addUserMessage(messages, question)
  return messages
}

/** The steps of a turn as they are sent. None: the turn is left out. */
function sentSteps(
  { steps, end }: Turn,
  { withThinking, withCalls, withHosted }: Record<'withThinking' | 'withCalls' | 'withHosted', boolean>,
): TurnStep[] {
  if (end === 'refused') return []
  const last = steps.at(-1)
  const accepted = steps.map((step) => {
    const cutOff = end === 'cut' && step === last && !step.calls.some(wasBegun)
    const content = acceptedBlocks(step.content).filter((block) =>
      isThinking(block) ? withThinking : !cutOff || block.type === 'text',
    )
    return { ...step, content: withHosted && !cutOff ? content : withoutHosted(content) }
  })
  const sent = withCalls
    ? withoutOpenCalls(accepted)
    : [{ content: accepted.flatMap(callsAsText), calls: [] }]
  return sent.filter(({ content }) => !content.every(isThinking))
}

function wasBegun({ begun, result }: StoredCall): boolean {
  return begun || result !== undefined
}

/** Without those calls of Anthropic's tools whose result never came. It can come in a later step. */
function withoutOpenCalls(steps: readonly TurnStep[]): TurnStep[] {
  const blocks = steps.flatMap(({ content }) => content)
  const answered = new Set(blocks.map((block) => ('tool_use_id' in block ? block.tool_use_id : undefined)))
  return steps.map(({ content, calls }) => ({
    content: content.filter((block) => block.type !== 'server_tool_use' || answered.has(block.id)),
    calls,
  }))
}

/** Without the calls of Anthropic's tools, and without citations of what these returned. */
function withoutHosted(content: readonly AnswerBlock[]): AnswerBlock[] {
  return content.flatMap((block): AnswerBlock[] => {
    if (block.type === 'text') return [{ type: 'text', text: block.text }]
    return block.type === 'tool_use' || isThinking(block) ? [block] : []
  })
}

function isThinking({ type }: AnswerBlock): boolean {
  return type === 'thinking' || type === 'redacted_thinking'
}

function addResults(messages: ClaudeMessage[], { content, calls }: TurnStep): void {
  const results = content.flatMap((block) =>
    block.type === 'tool_use' ? [toolResultBlock(block.id, resultOf(block.id, calls))] : [],
  )
  if (results.length > 0) messages.push({ role: 'user', content: results })
}

function resultOf(toolUseId: string, calls: readonly StoredCall[]): ToolResult {
  const call = calls.find((each) => each.toolUseId === toolUseId)
  return call?.result ?? { ok: false, output: call?.begun === true ? MAY_HAVE_HAPPENED : NOT_EXECUTED }
}

/** For a request without tools, in which the API accepts neither calls nor results. */
function callsAsText({ content, calls }: TurnStep): AnswerBlock[] {
  return content.flatMap((block): AnswerBlock[] => {
    if (block.type === 'text' || isThinking(block)) return [block]
    if (block.type !== 'tool_use') return []
    const { ok, output } = resultOf(block.id, calls)
    const call = `Called the tool ${block.name} with ${JSON.stringify(block.input)}.`
    return [{ type: 'text', text: `[${call} ${ok ? 'Result' : 'It failed'}: ${output}]` }]
  })
}

/** Results and the question after them are one message: the API wants them to take turns. */
function addUserMessage(messages: ClaudeMessage[], content: Content): void {
  const last = messages.at(-1)
  if (last?.role !== 'user') messages.push({ role: 'user', content })
  else
    messages[messages.length - 1] = {
      role: 'user',
      content: [...blocksOf(last.content), ...blocksOf(content)],
    }
}

function blocksOf(content: Content): Exclude<Content, string> {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content
}

function fits(messages: readonly ClaudeMessage[], options: HistoryOptions): boolean {
  const files = filesOf(messages)
  return (
    messages.length <= options.maxMessages &&
    messagesChars(messages) <= options.maxChars &&
    files.length <= options.maxFiles &&
    sizeOf(files) <= options.maxFileBytes
  )
}
