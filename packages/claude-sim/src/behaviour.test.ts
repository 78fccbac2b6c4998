import { expect, test } from 'vitest'
import { parseSettings, resolveBehaviour } from './behaviour.ts'
import { directivesIn, lastPrompt } from './conversation.ts'
import { parseMessagesBody } from './messages-body.ts'

test('settings are parsed, and numbers are numbers', () => {
  expect(parseSettings('tps=300 tokens=64000,ttft=0', 'x-sim')).toEqual({ tps: 300, tokens: 64_000, ttft: 0 })
  expect(parseSettings('tps=max fault=error@12', 'x-sim')).toEqual({ tps: 0, fault: 'error@12' })
  expect(parseSettings('', 'x-sim')).toEqual({})
})

test('a value in single quotes may have spaces, commas and brackets, and ends a directive only after it', () => {
  const input = '{"words": ["a, b", [1]]}'
  expect(parseSettings(`tool=shop.add input='${input}',calls=2`, 'x-sim')).toEqual({
    tool: 'shop.add',
    input,
    calls: 2,
  })
  const prompt = `Go [[sim explanation='[[a]]' tps=3]] on`
  const content = [{ role: 'user', content: prompt }]
  const body = parseMessagesBody(
    JSON.stringify({ model: 'claude-opus-4-8', max_tokens: 1, messages: content }),
  )
  expect(directivesIn(body)).toBe(" explanation='[[a]]' tps=3")
  expect(lastPrompt(body)).toBe('Go  on')
})

test('an unknown key is refused with the keys there are', () => {
  expect(() => parseSettings('speed=3', '[[sim]]')).toThrow(
    '[[sim]]: unknown key "speed". Allowed: tps, ttft,',
  )
})

test.each([
  ['tps=fast', 'tokens per second'],
  ['tps=', 'tokens per second'],
  ['tokens=-1', 'tokens of the answer'],
  ['tokens=1.5', 'tokens of the answer'],
  ['text=klingon', 'one of markdown, lorem, emoji, references, fence, list, table, paragraph'],
  ['fault=reset@x', 'reset@N'],
  ['fault=html@3', 'one of none, status, hang, html, json'],
  ['ttft', 'milliseconds'],
  ['input=words', 'a JSON object in single quotes'],
  ["input='[1]'", 'a JSON object in single quotes'],
  ["input='[]'", 'a JSON object in single quotes'],
  ['tool=shop/add', 'shop.add'],
  ['calls=0', 'how many tools'],
])('a bad value, %s, is refused with what is allowed', (settings, allowed) => {
  expect(() => parseSettings(settings, 'x-sim')).toThrow(allowed)
})

test('later layers win, and a new fault does not inherit the settings of another', () => {
  const defaults = { tps: 10, fault: 'status', code: 500, times: 1 }
  expect(resolveBehaviour([defaults, { tps: 20 }])).toMatchObject({ tps: 20, fault: 'status', code: 500 })
  expect(resolveBehaviour([defaults, { fault: 'eof@1' }])).toEqual({
    tps: 10,
    ttft: 600,
    ping: 3000,
    text: 'markdown',
    fault: 'eof@1',
  })
})

test('a setting without the fault it belongs to is refused', () => {
  expect(() => resolveBehaviour([{ code: 429 }])).toThrow('code needs a fault, such as fault=status')
  expect(() => resolveBehaviour([{ times: 1 }])).toThrow('times needs a fault')
})

test('directives are found anywhere in the last user message, and are not part of the prompt', () => {
  const bodyOf = (...contents: string[]) =>
    parseMessagesBody(
      JSON.stringify({
        model: 'claude-opus-4-8',
        max_tokens: 1,
        messages: contents.map((content) => ({ role: 'user', content })),
      }),
    )
  const body = bodyOf('First [[sim tps=1]]', 'Why [[sim tps=3]] though? [[sim tokens=5]]')
  expect(parseSettings(directivesIn(body), '[[sim]]')).toEqual({ tps: 3, tokens: 5 })
  expect(lastPrompt(body)).toBe('Why  though?')
  expect(directivesIn(bodyOf('a [[simple]] list [[sim of things'))).toBe('')
})
