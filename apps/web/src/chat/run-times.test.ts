import { expect, test } from 'vitest'
import { createRunStore } from '@sluice/client'
import { createFakeServer, createManualClock, DONE } from '@sluice/client/testing'
import { watchTimes } from './run-times.ts'

function watched() {
  const clock = createManualClock()
  const server = createFakeServer()
  const run = createRunStore({ runId: 'run', runs: server.runs, clock })
  const times = watchTimes(run, {}, clock.now)
  run.connect()
  server.connected()
  return { clock, server, times }
}

test('white space before the thinking is neither the first token nor the end of the thinking', async () => {
  const { clock, server, times } = watched()
  server.text('\n\n')
  await clock.advance(1000)
  expect(times()).toEqual({})
  server.send({ type: 'thinking', text: 'hm' })
  await clock.advance(3000)
  server.text('\n')
  server.text(' So')
  await clock.advance(1000)
  server.send(DONE)
  await clock.advance(1000)
  const { firstAt = 0, firstTextAt = 0, endedAt = 0 } = times()
  expect(firstAt).toBeGreaterThanOrEqual(1000)
  expect(firstTextAt - firstAt).toBeGreaterThanOrEqual(3000 - 100)
  expect(endedAt).toBeGreaterThan(firstTextAt)
})
