import { invalidRequest } from './api-error.ts'
import { blocksOf } from './conversation.ts'
import type { MessagesBody } from './messages-body.ts'

const NAME = /^[a-zA-Z0-9_-]{1,128}$/

/** @throws a 400 `ApiError` for tools that the API would not offer to Claude. */
export function checkTools({ tools = [], tool_choice, thinking, messages }: MessagesBody): void {
  for (const [index, { type, name, input_schema }] of tools.entries()) {
    const at = `tools.${index}.custom`
    if (!NAME.test(name)) throw invalidRequest(`${at}.name: String should match pattern '${NAME.source}'`)
    // Anthropic's own tools have a type instead of a schema.
    if (type && type !== 'custom') continue
    if (input_schema === undefined) throw invalidRequest(`${at}.input_schema: Field required`)
    if (input_schema['type'] !== 'object')
      throw invalidRequest(`${at}.input_schema.type: Input should be 'object'`)
    if (['oneOf', 'allOf', 'anyOf'].some((key) => Object.hasOwn(input_schema, key)))
      throw invalidRequest(
        `${at}.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level`,
      )
  }
  if (new Set(tools.map(({ name }) => name)).size < tools.length)
    throw invalidRequest('tools: Tool names must be unique.')
  const isUsed = messages.some(({ content }) =>
    blocksOf(content).some(({ type }) => type === 'tool_use' || type === 'tool_result'),
  )
  if (isUsed && tools.length === 0)
    throw invalidRequest('Requests which include `tool_use` or `tool_result` blocks must define tools')
  if (!tool_choice) return
  if (tools.length === 0 && tool_choice.type !== 'none')
    throw invalidRequest('tool_choice: tool_choice may only be specified while providing tools')
  if (tool_choice.type === 'tool' && tools.every(({ name }) => name !== tool_choice.name))
    throw invalidRequest(`tool_choice: Tool '${tool_choice.name}' not found in provided tools`)
  if ((tool_choice.type === 'any' || tool_choice.type === 'tool') && thinking?.type === 'adaptive')
    throw invalidRequest('Thinking may not be enabled when tool_choice forces tool use.')
}
