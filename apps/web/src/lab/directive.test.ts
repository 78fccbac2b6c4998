import { HOSTILE_PIECES, workGrowth } from '@sluice/markdown/testing'
import { expect, test } from 'vitest'
import { settingsIn, withSettings } from './directive.ts'

const FAULT = ['fault', 'code', 'retry-after', 'times']

test('a setting takes the place of an earlier one, and leaves the words and the other settings alone', () => {
  const first = withSettings('Why?', ['tps'], 'tps=300')
  expect(first).toBe('Why? [[sim tps=300]]')
  const second = withSettings('Why? [[sim ttft=0, tps=300]]', FAULT, 'fault=status code=429')
  expect(second).toBe('Why? [[sim ttft=0 tps=300 fault=status code=429]]')
  expect(withSettings(second, FAULT, 'fault=hang')).toBe('Why? [[sim ttft=0 tps=300 fault=hang]]')
  expect(withSettings(first, ['tps'], '')).toBe('Why?')
})

test('a setting without words gets some', () => {
  expect(withSettings('', ['tps'], 'tps=max')).toMatch(/^\w.* \[\[sim tps=max\]\]$/)
})

test('a value in single quotes stays whole', () => {
  const input = `input='{"words": ["a, b"]}'`
  expect(withSettings(`Why? [[sim ${input} tps=3]]`, ['tps'], 'tps=5')).toBe(`Why? [[sim ${input} tps=5]]`)
})

test('settings are read from every directive of a prompt, the later ones first', () => {
  const prompt = '[[sim tps=10 fault=status]] Why? [[sim times=1,code=529 tps=300]] [[sim tps=5'
  expect(settingsIn(prompt, ['tps'])).toBe('tps=300')
  expect(settingsIn(prompt, FAULT)).toBe('fault=status code=529 times=1')
  expect(settingsIn(prompt, ['tokens'])).toBe('')
})

test.each(HOSTILE_PIECES)('the work grows as the prompt does, however often %j is in it', (piece) => {
  const textOf = (chars: number) => `x ${piece.repeat(chars / piece.length)} x`
  const readAndChange = (prompt: string) => [settingsIn(prompt, ['tps']), withSettings(prompt, ['tps'], '')]
  expect(workGrowth(textOf, readAndChange)).toBeLessThan(64)
})
