import { expect, test } from 'vitest'
import { createRunStore } from '@sluice/client'
import { createFakeServer, createManualClock, DONE } from '@sluice/client/testing'
import { createReciter } from './reciter.ts'

function setup() {
  const clock = createManualClock()
  const server = createFakeServer()
  const run = createRunStore({ runId: 'run', runs: server.runs, clock })
  const said: string[] = []
  const stop = createReciter({ run, say: (message) => said.push(message), clock })
  run.connect()
  server.connected()
  return { clock, server, said, stop }
}

test('only whole sentences are said, without the marks, and no more often than every three seconds', async () => {
  const { clock, server, said } = setup()
  server.text('The **first** one. The sec')
  await clock.advance(200)
  expect(said).toEqual(['The first one.'])
  server.text('ond one. A third. And ')
  await clock.advance(1000)
  expect(said).toHaveLength(1)
  await clock.advance(3000)
  expect(said.at(-1)).toBe('The second one. A third.')
})

test('the rest is said with the end', async () => {
  const { clock, server, said } = setup()
  server.text('One. Two')
  await clock.advance(200)
  server.send(DONE)
  await clock.advance(200)
  expect(said).toEqual(['One.', 'Two Answer complete'])
})

test('a long answer is left to the reader, and its end is said', async () => {
  const { clock, server, said } = setup()
  for (let i = 0; i < 40; i++) {
    server.text(`${'word '.repeat(20)}end. `)
    await clock.advance(1000)
  }
  server.send(DONE)
  await clock.advance(5000)
  expect(said.some((text) => text.endsWith('The rest is on the page.'))).toBe(true)
  expect(said.length).toBeLessThan(8)
  expect(said.at(-1)).toBe('Answer complete')
})

test('nothing is left behind', async () => {
  const { clock, server, said, stop } = setup()
  server.text('One. ')
  await clock.advance(200)
  stop()
  server.text('Two. ')
  await clock.advance(10_000)
  expect(said).toEqual(['One.'])
})
