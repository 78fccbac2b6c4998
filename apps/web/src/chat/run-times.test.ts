import { expect, test } from 'vitest'
import { createRunStore } from '@sluice/client'
import { createFakeServer, createManualClock, DONE } from '@sluice/client/testing'
import { watchTimes } from './run-times.ts'

function watched() {
  const clock = createManualClock()
  const server = createFakeServer()
  const run = createRunStore({ runId: 'run', runs: server.runs, clock })
  const times = watchTimes(run, { askedAt: 0 }, clock.now)
  run.connect()
  server.connected()
  return { clock, server, times }
}

test('white space before the thinking is neither the first token nor the end of the thinking', async () => {
  const { clock, server, times } = watched()
  server.text('\n\n')
  await clock.advance(1000)
  expect(times()).toEqual({ askedAt: 0, parts: [undefined] })
  server.send({ type: 'thinking', text: 'hm' })
  await clock.advance(3000)
  server.text('\n')
  server.text(' So')
  await clock.advance(1000)
  server.send(DONE)
  await clock.advance(1000)
  const { firstAt = 0, endedAt = 0, parts } = times()
  expect(firstAt).toBeGreaterThanOrEqual(1000)
  expect(parts?.[1]?.from).toBe(firstAt)
  expect((parts?.[1]?.to ?? 0) - firstAt).toBeGreaterThanOrEqual(3000 - 100)
  expect(endedAt).toBeGreaterThan(parts?.[2]?.from ?? Infinity)
})

test('the time of a call is that of its execution', async () => {
  const { clock, server, times } = watched()
  server.send({ type: 'tool_call', callId: 'c', name: 'shop.search', by: 'server' })
  await clock.advance(1000)
  expect(times().parts).toEqual([undefined])
  server.send({ type: 'tool_state', callId: 'c', state: 'running' })
  await clock.advance(2000)
  const [running] = times().parts ?? []
  expect(running).toEqual({ from: expect.any(Number) })
  server.send({ type: 'tool_result', callId: 'c', ok: true, output: '[]' })
  await clock.advance(1000)
  const [call] = times().parts ?? []
  expect(call?.from).toBe(running?.from)
  expect((call?.to ?? 0) - (call?.from ?? 0)).toBeGreaterThanOrEqual(2000 - 100)
})
