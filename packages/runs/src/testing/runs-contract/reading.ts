import { getEventListeners } from 'node:events'
import { mergeEvents } from '@sluice/events'
import { expect } from 'vitest'
import { DONE, OVERLOADED, text, thinking } from '../events.ts'
import type { Reading } from '../reading.ts'
import { type Contract, FRAME_MS, GRACE_MS, LEASE_MS, STARTED, WINDOW } from './fleet.ts'

/** What readers receive, and how long they keep a run going and in memory. */
export function reading(contract: Contract): void {
  contract('a run is read from its beginning to its end', async (setUp) => {
    const { clock, delay, script, start, read } = await setUp()
    await start()
    const { seen } = read()
    await clock.advance(delay)
    expect(seen.events).toEqual([STARTED])
    script.say(text('Hel'))
    script.say(text('lo'), DONE)
    await clock.advance(FRAME_MS + delay)
    expect(mergeEvents(seen.events)).toEqual([STARTED, text('Hello'), DONE])
    expect(seen.state).toBe('returned')
  })

  contract('text in the same burst as an error reaches the reader before it', async (setUp) => {
    const { clock, delay, script, start, read } = await setUp()
    await start()
    const { seen } = read()
    script.say(text('a'))
    await clock.advance(10)
    script.say(text('b'), thinking('c'), text('d'), OVERLOADED)
    await clock.advance(2 * FRAME_MS + delay)
    const expected = [STARTED, text('ab'), thinking('c'), text('d'), OVERLOADED]
    expect(mergeEvents(seen.events)).toEqual(expected)
  })

  contract(
    'a reader that reconnects within the grace continues the same run, and loses nothing',
    async (setUp) => {
      const { clock, delay, script, start, read } = await setUp()
      await start()
      const first = read()
      script.say(text('before'))
      await clock.advance(100 + delay)
      first.drop()
      await clock.advance(100)
      expect(first.seen.state).toBe('returned')
      script.say(text(' between'))
      await clock.advance(GRACE_MS - 101 - delay)
      const second = read({ after: first.seen.position })
      script.say(text(' after'), DONE)
      await clock.advance(100 + delay)
      expect(first.seen.text + second.seen.text).toBe('before between after')
      expect(second.seen.events.at(-1)).toEqual(DONE)
      expect(script.calls).toBe(1)
    },
  )

  contract(
    'a run whose reader does not return is abandoned after the grace, not before, and can be read to that end',
    async (setUp) => {
      const { clock, delay, runs, script, start, read, ends } = await setUp()
      await start()
      const { drop } = read()
      script.say(text('abc'))
      await clock.advance(60_000)
      drop()
      await clock.advance(GRACE_MS - 1)
      expect(script.signal.aborted).toBe(false)
      await clock.advance(1 + delay)
      expect(script.signal.aborted).toBe(true)
      expect(runs.live).toBe(0)
      expect(ends).toMatchObject([{ runId: 'r1', owner: 'ann', terminal: { code: 'abandoned' } }])
      expect(ends[0]?.ms).toBeGreaterThanOrEqual(65_000)
      expect(ends[0]?.ms).toBeLessThanOrEqual(65_000 + delay)
      const late = read()
      await clock.advance(100 + delay)
      expect(late.seen.text).toBe('abc')
      expect(late.seen.events.at(-1)).toMatchObject({ type: 'error', code: 'abandoned' })
    },
  )

  contract('a run that is never read is abandoned after the grace', async (setUp) => {
    const { clock, script, start } = await setUp()
    await start()
    await clock.advance(GRACE_MS - 1)
    expect(script.signal.aborted).toBe(false)
    await clock.advance(1)
    expect(script.signal.aborted).toBe(true)
  })

  contract('a reader whose connection was closed before it began does not hold the run', async (setUp) => {
    const { clock, delay, runs, start, read } = await setUp()
    await start()
    const { seen, drop } = read()
    drop()
    await clock.advance(delay)
    expect(seen.state).toBe('returned')
    expect(runs.readers).toBe(0)
    await clock.advance(GRACE_MS)
    expect(runs.live).toBe(0)
  })

  contract('a reader whose consumer breaks out of its loop does not hold the run', async (setUp) => {
    const { clock, delay, runs, script, start } = await setUp()
    await start()
    script.say(text('abc'))
    await clock.advance(10 + delay)
    const { signal } = new AbortController()
    let readers = 0
    const readOne = async () => {
      for await (const _ of await runs.read('ann', 'r1', { after: 0, signal })) {
        readers = runs.readers
        break
      }
    }
    const read = readOne()
    await clock.advance(delay)
    await read
    await clock.advance(delay)
    expect(readers).toBeGreaterThan(0)
    expect(runs.readers).toBe(0)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  contract('a position beyond the end is refused, and does not hold the run', async (setUp) => {
    const { clock, one, runs } = await setUp()
    await one.start()
    await clock.advance(0)
    const { seen } = one.read({ after: 2 })
    await clock.advance(0)
    expect(seen.state).toMatchObject({ thrown: { name: 'RunsError', code: 'position_beyond_end' } })
    expect(runs.readers).toBe(0)
  })

  contract(
    'a reader that has everything, including the end, returns at once, even without an ack',
    async (setUp) => {
      const { clock, delay, script, start, read } = await setUp()
      await start()
      script.say(text('x'.repeat(3 * WINDOW)), DONE)
      const { seen } = read()
      await clock.advance(1000)
      expect(seen.state).toBe('returned')
      const again = read({ readerId: 'a', after: seen.position })
      await clock.advance(delay)
      expect(again.seen.state).toBe('returned')
      expect(again.seen.entries).toEqual([])
    },
  )

  contract(
    'a reader that subscribes again replaces itself, and the older one gets an error',
    async (setUp) => {
      const { clock, delay, script, start, read } = await setUp()
      await start()
      const older = read({ readerId: 'a' })
      await clock.advance(10 + delay)
      const newer = read({ readerId: 'a', after: older.seen.position })
      await clock.advance(10 + delay)
      expect(older.seen.state).toMatchObject({ thrown: { name: 'RunsError', code: 'reader_replaced' } })
      script.say(text('abc'), DONE)
      await clock.advance(10 + delay)
      expect(newer.seen.text).toBe('abc')
    },
  )

  contract(
    'an ended run stays in memory for a grace; after that it is read from its record, entry for entry',
    async (setUp) => {
      const { clock, runs, script, start, read, timers } = await setUp()
      script.say(thinking('hm'), text('abc'), text('def'), DONE)
      await start()
      await clock.advance(GRACE_MS - 1)
      const live = read().seen
      await clock.advance(GRACE_MS - 1)
      expect(runs.size).toBe(1)
      await clock.advance(1)
      expect([runs.size, runs.chars]).toEqual([0, 0])
      const { seen } = read()
      const { seen: rest } = read({ after: 5 })
      await clock.advance(0)
      const entriesOf = (reads: Reading) => reads.entries.map(({ position, event }) => ({ position, event }))
      expect(entriesOf(seen)).toEqual(entriesOf(live))
      expect(rest.events).toEqual([text('cdef'), DONE])
      // As if it had just ended.
      expect(runs.size).toBeGreaterThan(0)
      expect([runs.chars, runs.live]).toEqual([8 * runs.size, 0])
      await clock.advance(GRACE_MS)
      expect([runs.size, timers()]).toEqual([0, 0])
    },
  )

  contract('a reader of a recorded run is sent a window past its acks, like any other', async (setUp) => {
    const { clock, delay, runs, script, start, read } = await setUp()
    script.say(text('x'.repeat(WINDOW * 3)), DONE)
    await start({ onDisconnect: 'continue' })
    await clock.advance(GRACE_MS + FRAME_MS)
    expect(runs.size).toBe(0)
    const { seen } = read({ readerId: 'slow' })
    await clock.advance(1000)
    expect(seen.position).toBe(WINDOW)
    while (seen.state === 'open') {
      const { position } = seen
      await runs.ack('ann', 'r1', { readerId: 'slow', position })
      await clock.advance(FRAME_MS + delay)
      // Otherwise it would never end.
      expect(seen.position).toBeGreaterThan(position)
    }
    expect(seen.text).toBe('x'.repeat(WINDOW * 3))
    expect(seen.events.at(-1)).toEqual(DONE)
  })

  contract(
    'a slow reader keeps an ended run in memory for as long as it acks, and no longer',
    async (setUp) => {
      const { clock, delay, runs, script, start, read } = await setUp()
      script.say(text('x'.repeat(WINDOW * 3)), DONE)
      await start()
      const { seen } = read({ readerId: 'slow' })
      for (let i = 0; i < 8; i++) {
        await clock.advance(LEASE_MS - 1 - delay)
        await runs.ack('ann', 'r1', { readerId: 'slow', position: 1 })
      }
      await runs.ack('ann', 'r1', { readerId: 'slow', position: seen.position })
      await clock.advance(FRAME_MS + delay)
      expect(seen.position).toBe(1 + WINDOW * 2)
      // From here on it sends no acks.
      await clock.advance(LEASE_MS)
      expect(seen.state).toMatchObject({ thrown: { code: 'reader_lapsed' } })
      expect(runs.size).toBe(1)
      await clock.advance(GRACE_MS)
      expect(runs.size).toBe(0)
    },
  )
}
