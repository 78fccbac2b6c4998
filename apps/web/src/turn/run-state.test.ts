import { expect, test } from 'vitest'
import { stateOf } from './run-state.ts'
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
