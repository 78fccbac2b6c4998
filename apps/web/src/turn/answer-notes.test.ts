import { expect, test } from 'vitest'
import { notesOf } from './answer-notes.tsx'

const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: false }
const by = (model: string) => ({ model, usage, costUsd: 0 })
const step = by('claude-opus-5-5')
const compacted = { ...step, compacted: true } as const
const MODELS = [
  { id: 'claude-opus-5-5', name: 'Claude Opus 5.5' },
  { id: 'claude-sonnet-5-5', name: 'Claude Sonnet 5.5' },
  { id: 'my-alias', name: 'my-alias' },
]
const notes = (requestedModel: string, ...steps: (typeof step & { compacted?: true })[]) =>
  notesOf({ requestedModel, model: requestedModel, steps }, MODELS)

test('another model than the one that was asked is told, by their names', () => {
  const instead = 'Answered by Claude Sonnet 5.5 instead of Claude Opus 5.5.'
  expect(notes('claude-opus-5-5', by('claude-sonnet-5-5-20260901'))).toEqual([instead])
  expect(notes('claude-opus-5-5', step, by('claude-new'))).toEqual([
    'Answered by claude-new instead of Claude Opus 5.5.',
  ])
})

test.each([
  ['claude-opus-5-5', 'claude-opus-5-5'],
  ['claude-opus-5-5', 'claude-opus-5-5-20260901'],
  ['claude-opus-5-5', 'eu.anthropic.claude-opus-5-5-v1:0'],
  ['my-alias', 'claude-opus-5-5'],
  ['', 'claude-opus-5-5'],
])('%s answered as %s is not told', (requested, model) => {
  expect(notes(requested, by(model))).toEqual([])
})

test('a summary of the conversation is told once', () => {
  expect(notes('claude-opus-5-5', compacted, compacted, step)).toEqual([
    'Claude summarised the conversation to go on.',
  ])
  expect(notes('claude-opus-5-5')).toEqual([])
})
