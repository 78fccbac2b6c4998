import type { RunPart, ToolPart } from '@sluice/events'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { AnswerFigures } from './answer-figures.tsx'
import { snapshotOf } from './testing/snapshot-of.ts'

const usage = { inputTokens: 9, outputTokens: 80, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: false }
const TEXT: RunPart = { type: 'text', text: 'I will look.' }
const CALL: ToolPart = {
  type: 'tool',
  callId: 'c',
  name: 'shop.search',
  by: 'server',
  input: '{}',
  state: 'unknown',
  output: undefined,
}

function figuresOf(...parts: RunPart[]): string {
  const run = snapshotOf({ status: 'done', stopReason: 'stopped', parts, usage, costUsd: 0.01 })
  return renderToStaticMarkup(
    <AnswerFigures run={run} times={{ askedAt: 0, firstAt: 1000, endedAt: 9000 }} />,
  )
}

test('the time that a tool took does not count as Claude’s', () => {
  expect(figuresOf(TEXT)).toContain('10 tokens/s')
  expect(figuresOf(TEXT, CALL)).not.toContain('tokens/s')
  expect(figuresOf(TEXT, CALL)).toContain('80 out')
})
