import { expect, test } from 'vitest'
import { ACK_HEARTBEAT_MS, ACK_IDLE_MS, ACK_UNITS, createAcker } from './acker.ts'
import { createFakeServer } from './testing/fake-server.ts'
import { createManualClock } from './testing/manual-clock.ts'

function setup({ rendered = 0 } = {}) {
  const clock = createManualClock()
  const server = createFakeServer()
  const acker = createAcker({
    clock,
    rendered,
    send: async (position) => server.runs.ack.mutate({ runId: 'run', readerId: 'reader', position }),
  })
  return { clock, server, acker, sent: () => server.acks.map(({ position }) => position) }
}

test('a quarter window is acknowledged at once', async () => {
  const { clock, acker, sent } = setup()
  acker.rendered(ACK_UNITS - 1)
  await clock.advance(1)
  expect(sent()).toEqual([])
  acker.rendered(ACK_UNITS)
  await clock.advance(0)
  expect(sent()).toEqual([ACK_UNITS])
  expect(acker.acked()).toBe(ACK_UNITS)
})

test('less than a quarter window is acknowledged when nothing more arrives, so that any window moves on', async () => {
  const { clock, acker, sent } = setup()
  for (let window = 1; window <= 5; window++) {
    acker.rendered(window)
    await clock.advance(ACK_IDLE_MS)
  }
  expect(sent()).toEqual([1, 2, 3, 4, 5])
})

test('what is on the page already is acknowledged at once', async () => {
  const { clock, acker, sent } = setup({ rendered: 7 })
  expect([sent(), acker.acked()]).toEqual([[7], 0])
  await clock.advance(ACK_IDLE_MS)
  expect([sent(), acker.acked()]).toEqual([[7], 7])
})

test('steady commits delay the small ack', async () => {
  const { clock, acker, sent } = setup()
  for (let i = 1; i <= 20; i++) {
    acker.rendered(i * 10)
    await clock.advance(100)
  }
  expect(sent()).toEqual([])
})

test('an ack is sent every 8 s, even with nothing new', async () => {
  const { clock, sent } = setup()
  await clock.advance(ACK_HEARTBEAT_MS * 3)
  expect(sent()).toEqual([0, 0, 0])
})

test('one ack is in flight at a time; the next has what was rendered meanwhile', async () => {
  const { clock, server, acker, sent } = setup()
  server.setAcks('later')
  acker.rendered(5000)
  await clock.advance(0)
  acker.rendered(10_000)
  acker.rendered(15_000)
  await clock.advance(1000)
  expect(sent()).toEqual([5000])
  server.releaseAcks()
  await clock.advance(0)
  expect(sent()).toEqual([5000, 15_000])
})

test('a failed ack is followed by the next a second later, whatever is rendered meanwhile', async () => {
  const { clock, server, acker, sent } = setup()
  server.setAcks('no')
  acker.rendered(5000)
  await clock.advance(0)
  expect(acker.acked()).toBe(0)
  server.setAcks('yes')
  await clock.advance(999)
  acker.rendered(20_000)
  await clock.advance(0)
  expect(sent()).toEqual([5000])
  await clock.advance(1)
  expect(sent()).toEqual([5000, 20_000])
  expect(acker.acked()).toBe(20_000)
})

test('positions only move forward', async () => {
  const { clock, acker, sent } = setup()
  acker.rendered(5000)
  acker.rendered(400)
  await clock.advance(1000)
  expect(sent()).toEqual([5000])
})

test('no timer is left after stop, also with an ack in flight', async () => {
  const { clock, server, acker, sent } = setup()
  server.setAcks('later')
  acker.rendered(5000)
  await clock.advance(0)
  acker.rendered(9000)
  acker.stop()
  server.releaseAcks()
  await clock.advance(60_000)
  expect(sent()).toEqual([5000])
  expect(clock.pending()).toBe(0)
})
