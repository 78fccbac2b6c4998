import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { RunEvent } from '@sluice/events'
import { expect, test } from 'vitest'
import { MemoryLog } from './memory-log.ts'
import { logContract } from './testing/log-contract.ts'

logContract('MemoryLog', () => new MemoryLog())

test('100,000 one-token appends take the memory of their text, and empty events take none', async () => {
  const log = new MemoryLog()
  const before = heapAfterGc()
  for (let i = 0; i < 100_000; i++) await log.append([token(i), { type: 'thinking', text: '' }])
  const { end } = await log.status()
  // One byte per character, because these are Latin; one string per token would take 40 bytes more each.
  expect((heapAfterGc() - before) / end).toBeLessThan(2)
  expect(end).toBeGreaterThan(900_000)
})

function token(i: number): RunEvent {
  return { type: 'text', text: ` token${i % 10_000}` }
}

function heapAfterGc(): number {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect === 'function') collect()
  return process.memoryUsage().heapUsed
}
