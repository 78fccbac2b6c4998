import { expect, test } from 'vitest'
import type { ToolPart } from '@sluice/events'
import { labelOf, stateOf } from './run-state.ts'
import { snapshotOf } from './testing/snapshot-of.ts'

test('what an answer does is told until its end, a lost connection before anything else', () => {
  expect(stateOf(snapshotOf({}, { connection: 'connecting' }))).toBe('connecting')
  expect(stateOf(snapshotOf({}))).toBe('waiting')
  expect(stateOf(snapshotOf({ status: 'thinking' }))).toBe('thinking')
  expect(stateOf(snapshotOf({ status: 'streaming' }))).toBe('writing')
  expect(stateOf(snapshotOf({ status: 'streaming' }, { connection: 'reconnecting' }))).toBe('reconnecting')
  expect(stateOf(snapshotOf({ status: 'done' }, { connection: 'reconnecting' }))).toBeUndefined()
  expect(stateOf(snapshotOf({ status: 'failed' }))).toBeUndefined()
})

test('while Anthropic’s tools are used, it is told what Claude is doing; others are told by their names', () => {
  const running = (name: string): ToolPart => ({
    type: 'tool',
    callId: name,
    name,
    by: 'claude',
    input: '{}',
    state: 'running',
    output: undefined,
  })
  const parts = (...names: string[]) => names.map(running)
  expect(stateOf(snapshotOf({ status: 'streaming', parts: parts('web_search') }))).toBe('using')
  expect(labelOf('using', parts('web_search'))).toBe('Searching the web')
  expect(labelOf('using', parts('web_fetch'))).toBe('Reading a page')
  expect(labelOf('using', parts('code_execution', 'code_execution', 'shop.add'))).toBe(
    'Using code_execution, shop.add',
  )
})
