import Anthropic from '@anthropic-ai/sdk'

type Params = Omit<Anthropic.MessageCreateParamsNonStreaming, 'messages' | 'model' | 'max_tokens'>

const item = { title: { type: 'string', maxLength: 100 }, text: { type: 'string' } }
const id = { type: 'string', format: 'uuid' }

/** Five tools, as of a router of this name. */
export function toolsNamed(router: string): Anthropic.Tool[] {
  return [
    tool(`${router}__list`, { limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 } }, []),
    tool(`${router}__search`, { words: { type: 'string', minLength: 1 } }, ['words']),
    tool(`${router}__add`, item, ['title', 'text']),
    tool(`${router}__update`, { id, ...item }, ['id']),
    tool(`${router}__remove`, { id }, ['id']),
  ]
}

export const TOOLS = toolsNamed('shop')

function tool(name: string, properties: object, required: string[]): Anthropic.Tool {
  return { name, description: name, input_schema: { type: 'object', properties, required } }
}

export interface LoopOptions {
  url: string
  prompt: string
  /** The content of the result. Default: `{"ok":true}`. What it throws is the text of an error. */
  execute?: (call: Anthropic.ToolUseBlock) => string
  params?: Partial<Params>
}

/** Calls the API until it has answered, as an agent does; everything goes back verbatim. */
export async function runLoop({ url, prompt, execute, params }: LoopOptions): Promise<{
  answers: Anthropic.Message[]
  calls: Anthropic.ToolUseBlock[]
  messages: Anthropic.MessageParam[]
}> {
  const client = new Anthropic({ apiKey: 'test', baseURL: url, maxRetries: 0 })
  const messages: Anthropic.MessageParam[] = [{ role: 'user', content: prompt }]
  const answers: Anthropic.Message[] = []
  for (;;) {
    const answer = await client.messages
      .stream({ model: 'claude-opus-4-8', max_tokens: 4096, tools: TOOLS, ...params, messages })
      .finalMessage()
    answers.push(answer)
    messages.push({ role: 'assistant', content: answer.content })
    const calls = answer.content.filter((block) => block.type === 'tool_use')
    if (answer.stop_reason === 'tool_use') {
      const content = calls.map((call) => resultOf(call, execute))
      messages.push({ role: 'user', content })
    } else if (answer.stop_reason !== 'pause_turn') {
      const all = answers.flatMap(({ content }) => content.filter((block) => block.type === 'tool_use'))
      return { answers, calls: all, messages }
    }
  }
}

function resultOf(
  call: Anthropic.ToolUseBlock,
  execute: LoopOptions['execute'] = () => '{"ok":true}',
): Anthropic.ToolResultBlockParam {
  const result = { type: 'tool_result' as const, tool_use_id: call.id }
  try {
    return { ...result, content: execute(call) }
  } catch (error) {
    return { ...result, content: String(error), is_error: true }
  }
}

/** The text of an answer, its blocks apart. */
export function textOf({ content }: Anthropic.Message): string {
  return content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n\n')
}
