import { expect, test } from 'vitest'
import { Lease, type LeaseOptions } from './lease.ts'
import { RunsError } from './runs-error.ts'
import { manualClock, settle } from './testing/manual-clock.ts'

function setUp(options: Partial<LeaseOptions> = {}) {
  const clock = manualClock()
  const unreadAt: number[] = []
  const lease = new Lease({
    clock,
    limits: { windowChars: 100, graceMs: 5000, leaseMs: 75_000 },
    keepWithoutReaders: false,
    onUnread: () => unreadAt.push(clock.now()),
    ...options,
  })
  return { clock, lease, unreadAt }
}

test('a run without readers is abandoned after the grace, once', async () => {
  const { clock, unreadAt } = setUp()
  await clock.advance(4999)
  expect(unreadAt).toEqual([])
  await clock.advance(100_000)
  expect(unreadAt).toEqual([5000])
  expect(clock.pending).toBe(0)
})

test('a run with a connected reader is never abandoned', async () => {
  const { clock, lease, unreadAt } = setUp()
  await clock.advance(4999)
  lease.open({ position: 0 })
  await clock.advance(10_000_000)
  expect(unreadAt).toEqual([])
})

test('a run is abandoned a grace after its last reader left, not after the first', async () => {
  const { clock, lease, unreadAt } = setUp()
  const one = lease.open({ position: 0 })
  const other = lease.open({ readerId: 'a', position: 0 })
  one.close()
  await clock.advance(20_000)
  expect(unreadAt).toEqual([])
  other.close()
  await clock.advance(4999)
  expect(unreadAt).toEqual([])
  await clock.advance(1)
  expect(unreadAt).toEqual([25_000])
})

test('a reader that returns within the grace keeps the run, and the next grace has its full length', async () => {
  const { clock, lease, unreadAt } = setUp()
  lease.open({ position: 0 }).close()
  await clock.advance(4999)
  lease.open({ position: 0 }).close()
  await clock.advance(4999)
  expect(unreadAt).toEqual([])
  await clock.advance(1)
  expect(unreadAt).toEqual([9999])
})

test('a run that has ended is held by its reader, and for a grace after it', async () => {
  const { clock, lease, unreadAt } = setUp()
  const reader = lease.open({ position: 0 })
  lease.end()
  await clock.advance(100_000)
  reader.close()
  await clock.advance(4999)
  expect(unreadAt).toEqual([])
  await clock.advance(1)
  expect(unreadAt).toEqual([105_000])
  expect(clock.pending).toBe(0)
})

test('an end in the middle of the grace begins another', async () => {
  const { clock, lease, unreadAt } = setUp()
  await clock.advance(3000)
  lease.end()
  await clock.advance(100_000)
  expect(unreadAt).toEqual([8000])
})

test('a lease that is closed leaves no timer, nor does a reader that leaves it then', () => {
  const { clock, lease } = setUp()
  const reader = lease.open({ position: 0 })
  lease.close()
  reader.close()
  expect(clock.pending).toBe(0)
  const { clock: other, lease: unread } = setUp()
  unread.close()
  expect(other.pending).toBe(0)
})

test('a flow-controlled reader may be sent a window beyond its last ack', () => {
  const { lease } = setUp()
  const reader = lease.open({ readerId: 'a', position: 0 })
  expect(reader.limit()).toBe(100)
  reader.sent(100)
  expect(reader.limit()).toBe(100)
  lease.ack('a', 80)
  expect(reader.limit()).toBe(180)
})

test('the position where a flow-controlled reader starts is no ack, and the most that it can acknowledge', () => {
  const { lease } = setUp()
  const reader = lease.open({ readerId: 'a', position: 500 })
  expect([reader.limit(), lease.demand()]).toEqual([100, 100])
  lease.ack('a', 450)
  expect([reader.limit(), lease.demand()]).toEqual([550, 550])
  lease.ack('a', 1000)
  expect([reader.limit(), lease.demand()]).toEqual([600, 600])
})

test('an ack beyond what the reader was sent counts up to that position', () => {
  const { lease } = setUp()
  const reader = lease.open({ readerId: 'a', position: 0 })
  reader.sent(60)
  lease.ack('a', 61)
  expect([reader.limit(), lease.demand()]).toEqual([160, 160])
  reader.sent(90)
  expect(reader.limit()).toBe(160)
})

test('a reader that returns under its id keeps its last ack, wherever it starts', () => {
  const { lease } = setUp()
  const first = lease.open({ readerId: 'a', position: 0 })
  first.sent(100)
  lease.ack('a', 40)
  first.close()
  for (const position of [100, 0, 70]) {
    const again = lease.open({ readerId: 'a', position })
    expect(again.limit()).toBe(140)
    again.close()
  }
  expect(lease.open({ readerId: 'b', position: 100 }).limit()).toBe(100)
})

test('the last fifty readers that are gone are remembered', () => {
  const { lease } = setUp()
  for (let i = 0; i <= 50; i++) {
    const reader = lease.open({ readerId: `${i}`, position: 10 })
    lease.ack(`${i}`, 10)
    reader.close()
  }
  // It leaves again, now after all others.
  lease.open({ readerId: '1', position: 10 }).close()
  const another = lease.open({ readerId: 'another', position: 10 })
  lease.ack('another', 10)
  another.close()
  const limits = ['0', '1', '2', '3'].map((readerId) => lease.open({ readerId, position: 10 }).limit())
  expect(limits).toEqual([100, 110, 100, 110])
})

test('acks only move forward, and those of a reader that is gone or unknown move nothing', () => {
  const { lease } = setUp()
  const reader = lease.open({ readerId: 'a', position: 90 })
  lease.ack('a', 30)
  lease.ack('a', 20)
  lease.ack('b', 90)
  expect(reader.limit()).toBe(130)
  expect(lease.demand()).toBe(130)
  reader.close()
  lease.ack('a', 90)
  expect(lease.demand()).toBe(130)
})

test('a reader without flow control may be sent everything', () => {
  const { lease } = setUp()
  expect(lease.open({ position: 0 }).limit()).toBe(Number.POSITIVE_INFINITY)
})

test('before the first reader, Claude may be read one window ahead', () => {
  expect(setUp().lease.demand()).toBe(100)
})

test('Claude may be read a window beyond the ack of a flow-controlled reader, whatever it was sent', () => {
  const { lease } = setUp()
  const reader = lease.open({ readerId: 'a', position: 0 })
  reader.sent(90)
  expect(lease.demand()).toBe(100)
  lease.ack('a', 60)
  expect(lease.demand()).toBe(160)
})

test('Claude may be read a window beyond what a reader without flow control was sent', () => {
  const { lease } = setUp()
  lease.open({ position: 0 }).sent(70)
  expect(lease.demand()).toBe(170)
})

test('of several readers the furthest counts, also after it has left', () => {
  const { lease } = setUp()
  const ahead = lease.open({ position: 0 })
  const behind = lease.open({ readerId: 'a', position: 10 })
  expect(lease.readers).toBe(2)
  ahead.sent(500)
  expect(lease.demand()).toBe(600)
  ahead.close()
  expect(lease.demand()).toBe(600)
  behind.close()
  expect(lease.readers).toBe(0)
  expect(lease.demand()).toBe(600)
})

test('a watcher is woken by an ack, a sent frame, a reader that opens or leaves, and the end of the run', () => {
  const { lease } = setUp()
  const demands: number[] = []
  const unwatch = lease.watch(() => demands.push(lease.demand()))
  const reader = lease.open({ position: 0 })
  lease.open({ readerId: 'a', position: 100 })
  reader.sent(1)
  lease.ack('a', 100)
  lease.open({ position: 300 })
  expect(demands).toEqual([100, 100, 101, 200, 400])
  reader.close()
  expect(demands).toHaveLength(6)
  lease.end()
  expect(demands).toHaveLength(7)
  unwatch()
  lease.open({ position: 500 })
  expect(demands).toHaveLength(7)
})

test('a reader is woken by its own ack and by its own end', () => {
  const { lease } = setUp()
  const woken: string[] = []
  const reader = lease.open({ readerId: 'a', position: 1, wake: () => woken.push('a') })
  lease.open({ readerId: 'b', position: 1, wake: () => woken.push('b') })
  lease.ack('a', 1)
  expect(reader.limit()).toBe(101)
  expect(woken).toEqual(['a'])
  reader.close()
  expect(woken).toEqual(['a', 'a'])
})

test('empty waits for the last reader', async () => {
  const { lease } = setUp()
  await lease.empty()
  const readers = [lease.open({ position: 0 }), lease.open({ position: 0 })]
  let isEmpty = false
  void lease.empty().then(() => (isEmpty = true))
  for (const reader of readers) {
    await settle()
    expect(isEmpty).toBe(false)
    reader.close()
  }
  await settle()
  expect(isEmpty).toBe(true)
})

test('a flow-controlled reader that is silent for a lease is removed, and the grace begins', async () => {
  const { clock, lease, unreadAt } = setUp()
  const reader = lease.open({ readerId: 'a', position: 0 })
  await clock.advance(74_999)
  expect(reader.isOpen()).toBe(true)
  await clock.advance(1)
  expect(reader.reason).toBeInstanceOf(RunsError)
  expect(reader.reason).toMatchObject({ code: 'reader_lapsed' })
  expect(lease.readers).toBe(0)
  await clock.advance(5000)
  expect(unreadAt).toEqual([80_000])
  expect(clock.pending).toBe(0)
})

test('an ack renews the lease, even one that changes no position, and starts no timer', async () => {
  const { clock, lease } = setUp()
  const reader = lease.open({ readerId: 'a', position: 10 })
  for (let i = 0; i < 20; i++) {
    await clock.advance(70_000)
    lease.ack('a', i % 2 === 0 ? 10 : 0)
    expect(clock.pending).toBe(1)
  }
  await clock.advance(74_999)
  expect(reader.isOpen()).toBe(true)
  await clock.advance(1)
  expect(reader.isOpen()).toBe(false)
})

test('sending does not renew the lease of a flow-controlled reader', async () => {
  const { clock, lease } = setUp()
  const reader = lease.open({ readerId: 'a', position: 0 })
  await clock.advance(50_000)
  reader.sent(50)
  await clock.advance(25_000)
  expect(reader.isOpen()).toBe(false)
})

test('each reader has its own lease, and one without flow control never lapses', async () => {
  const { clock, lease, unreadAt } = setUp()
  const silent = lease.open({ readerId: 'silent', position: 0 })
  const free = lease.open({ position: 0 })
  await clock.advance(30_000)
  const late = lease.open({ readerId: 'late', position: 0 })
  await clock.advance(44_999)
  expect(lease.readers).toBe(3)
  await clock.advance(1)
  expect([silent, late, free].map((reader) => reader.isOpen())).toEqual([false, true, true])
  await clock.advance(29_999)
  expect(late.isOpen()).toBe(true)
  await clock.advance(1)
  expect(late.isOpen()).toBe(false)
  expect(clock.pending).toBe(0)
  await clock.advance(10_000_000)
  expect(free.isOpen()).toBe(true)
  expect(unreadAt).toEqual([])
})

test('a reader with 1 ms left when another lapses keeps that ms', async () => {
  const { clock, lease } = setUp()
  const silent = lease.open({ readerId: 'silent', position: 0 })
  await clock.advance(1)
  const later = lease.open({ readerId: 'later', position: 0 })
  await clock.advance(74_999)
  expect([silent, later].map((reader) => reader.isOpen())).toEqual([false, true])
  await clock.advance(1)
  expect(later.isOpen()).toBe(false)
})

test('a reader that stays open after the end of the run lapses too', async () => {
  const { clock, lease, unreadAt } = setUp()
  const reader = lease.open({ readerId: 'a', position: 0 })
  lease.end()
  await clock.advance(75_000)
  expect(reader.reason).toMatchObject({ code: 'reader_lapsed' })
  await clock.advance(5000)
  expect(unreadAt).toEqual([80_000])
  expect(clock.pending).toBe(0)
})

test('a newer reader with the same id replaces the older one, which can no longer let go of the run', async () => {
  const { clock, lease, unreadAt } = setUp()
  const older = lease.open({ readerId: 'a', position: 0 })
  const newer = lease.open({ readerId: 'a', position: 40 })
  expect(older.reason).toMatchObject({ name: 'RunsError', code: 'reader_replaced' })
  older.close()
  expect(lease.readers).toBe(1)
  expect(newer.isOpen()).toBe(true)
  lease.ack('a', 50)
  expect([older.limit(), newer.limit()]).toEqual([100, 140])
  await clock.advance(74_999)
  expect(unreadAt).toEqual([])
})

test('closing a reader is idempotent and silent, and leaves no timer but that of the grace', () => {
  const { clock, lease } = setUp()
  const reader = lease.open({ readerId: 'a', position: 0 })
  reader.close()
  reader.close()
  expect(lease.readers).toBe(0)
  expect(reader.reason).toBeUndefined()
  expect(clock.pending).toBe(1)
})

test('a run that is kept goes on without readers and without a window, and is not abandoned', async () => {
  const { clock, lease, unreadAt } = setUp({ keepWithoutReaders: true })
  expect(lease.demand()).toBe(Number.POSITIVE_INFINITY)
  const reader = lease.open({ position: 0 })
  expect(lease.demand()).toBe(100)
  reader.close()
  expect(lease.demand()).toBe(Number.POSITIVE_INFINITY)
  await clock.advance(10_000_000)
  expect(unreadAt).toEqual([])
  expect(clock.pending).toBe(0)
})

test('a kept run that waited for its reader goes on when that reader lapses', async () => {
  const { clock, lease } = setUp({ keepWithoutReaders: true })
  lease.open({ readerId: 'a', position: 0 })
  await clock.advance(74_999)
  expect(lease.demand()).toBe(100)
  let woken = false
  lease.watch(() => (woken = true))
  await clock.advance(1)
  expect(woken).toBe(true)
  expect(lease.demand()).toBe(Number.POSITIVE_INFINITY)
})
