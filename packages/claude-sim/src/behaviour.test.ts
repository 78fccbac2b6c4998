import { expect, test } from 'vitest'
import { parseControls, resolveBehaviour } from './behaviour.ts'
import { directivesIn, withoutDirectives } from './conversation.ts'

test('controls are parsed, and units are numbers', () => {
  expect(parseControls('tps=300 tokens=64000,ttft=0', 'x-sim')).toEqual({ tps: 300, tokens: 64_000, ttft: 0 })
  expect(parseControls('tps=max fault=error@12', 'x-sim')).toEqual({ tps: 0, fault: 'error@12' })
  expect(parseControls('', 'x-sim')).toEqual({})
})

test('an unknown key is refused with the keys there are', () => {
  expect(() => parseControls('speed=3', '[[sim]]')).toThrow(
    '[[sim]]: unknown key "speed". Allowed: tps, ttft,',
  )
})

test.each([
  ['tps=fast', 'tokens per second'],
  ['tps=', 'tokens per second'],
  ['tokens=-1', 'tokens of the answer'],
  ['tokens=1.5', 'tokens of the answer'],
  ['text=klingon', 'one of markdown, lorem, emoji, references, fence, list, table, paragraph'],
  ['fault=reset@x', 'reset[@N]'],
  ['fault=html@3', 'one of none, status, hang, html, json'],
  ['ttft', 'milliseconds'],
])('a bad value, %s, is refused with what is allowed', (controls, allowed) => {
  expect(() => parseControls(controls, 'x-sim')).toThrow(allowed)
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
  expect(() => resolveBehaviour([{ code: 429 }])).toThrow('code needs fault=status')
  expect(() => resolveBehaviour([{ fault: 'eof', 'retry-after': 1 }])).toThrow(
    'retry-after needs fault=status',
  )
  expect(() => resolveBehaviour([{ times: 1 }])).toThrow('times needs fault=')
})

test('directives are found anywhere in a text, and taken out of it', () => {
  const text = 'Why [[sim tps=3]] though? [[sim tokens=5]]'
  expect(parseControls(directivesIn(text), '[[sim]]')).toEqual({ tps: 3, tokens: 5 })
  expect(withoutDirectives(text)).toBe('Why  though?')
  expect(directivesIn('a [[simple]] list [[sim of things')).toBe('')
})
