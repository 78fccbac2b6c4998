import { expect, test } from 'vitest'
import { parseMessagesBody } from './messages-body.ts'

const search = { name: 'search', description: 'Finds goods.', input_schema: { type: 'object' } }

function parse(tools: object[], extra: object = {}) {
  const messages = [{ role: 'user', content: 'Hello' }]
  return parseMessagesBody(
    JSON.stringify({ model: 'claude-opus-4-8', max_tokens: 9, messages, tools, ...extra }),
  )
}

test.each<[string, object[], object?]>([
  [
    "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
    [{ ...search, name: 'shop.search' }],
  ],
  ['tools.0.custom.name', [{ ...search, name: '' }]],
  ['tools.1.custom.name', [search, { ...search, name: 'x'.repeat(129) }]],
  ['tools: Tool names must be unique.', [search, search]],
  ['tools.0.custom.input_schema: Field required', [{ name: 'search' }]],
  [
    "tools.0.custom.input_schema.type: Input should be 'object'",
    [{ ...search, input_schema: { type: 'string' } }],
  ],
  ["tools.0.custom.input_schema.type: Input should be 'object'", [{ ...search, input_schema: {} }]],
  [
    'does not support oneOf, allOf, or anyOf at the top level',
    [{ ...search, input_schema: { type: 'object', anyOf: [] } }],
  ],
  ["Tool 'find' not found in provided tools", [search], { tool_choice: { type: 'tool', name: 'find' } }],
  ['tool_choice may only be specified while providing tools', [], { tool_choice: { type: 'any' } }],
  ['Thinking may not be enabled', [search], { tool_choice: { type: 'any' }, thinking: { type: 'adaptive' } }],
  ['tool_choice.type', [search], { tool_choice: { type: 'maybe' } }],
])('%s', (message, tools, extra) => {
  expect(() => parse(tools, extra)).toThrow(message)
})

test('tools that are all right are taken, and so are Anthropic’s own', () => {
  const longest = { ...search, name: 'x'.repeat(128) }
  const server = { type: 'web_search_20260209', name: 'web_search' }
  expect(parse([search, longest, server], { tool_choice: { type: 'auto' } }).tools).toHaveLength(3)
})
