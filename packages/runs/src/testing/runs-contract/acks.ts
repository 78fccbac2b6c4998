import { getEventListeners } from 'node:events'
import { expect } from 'vitest'
import { DONE, text } from '../events.ts'
import { type Contract, GRACE_MS, LEASE_MS, WINDOW } from './fleet.ts'

/** How far readers are sent, and Claude is read, by what they acknowledge. */
export function acks(contract: Contract): void {
  contract(
    'a reader that never acks costs at most a window: it lapses, and the run is abandoned a grace later',
    async (setUp) => {
      const { clock, delay, runs, script, start, read, ends } = await setUp({
        onPull: () => [text('0123456789')],
      })
      await start()
      const { seen, signal } = read({ readerId: 'ghost' })
      await clock.advance(LEASE_MS - 1)
      expect(seen.position).toBe(WINDOW)
      expect(script.pulls).toBe(10)
      expect(seen.state).toBe('open')
      await clock.advance(1)
      expect(seen.state).toMatchObject({ thrown: { name: 'RunsError', code: 'reader_lapsed' } })
      expect(getEventListeners(signal, 'abort')).toEqual([])
      await clock.advance(GRACE_MS - 1)
      expect(runs.readers).toBe(0)
      expect(runs.live).toBe(1)
      await clock.advance(1 + delay)
      expect(runs.live).toBe(0)
      expect(ends).toMatchObject([{ terminal: { code: 'abandoned' } }])
      expect(script.pulls).toBe(11)
    },
  )

  contract('a reader that lapsed may return within the grace, and the run goes on', async (setUp) => {
    const { clock, delay, runs, script, start, read } = await setUp()
    await start()
    const ghost = read({ readerId: 'a' })
    script.say(text('abc'))
    await clock.advance(LEASE_MS)
    const back = read({ readerId: 'a', after: ghost.seen.position })
    await clock.advance(GRACE_MS + 1 + delay)
    script.say(text('def'), DONE)
    await clock.advance(delay)
    expect(back.seen.events).toEqual([text('def'), DONE])
    expect(runs.live).toBe(0)
  })

  contract(
    'a reader that acks keeps the run going, and the source is pulled a window ahead of its acks',
    async (setUp) => {
      const { clock, runs, script, start, read } = await setUp({
        onPull: (pull) => [pull < 60 ? text('0123456789') : DONE],
      })
      await start()
      const { seen } = read({ readerId: 'a' })
      let acked = 0
      while (seen.state === 'open') {
        await clock.advance(10_000)
        expect(seen.position).toBeLessThanOrEqual(acked + WINDOW)
        expect(script.pulls).toBeLessThanOrEqual((acked + WINDOW) / 10)
        // Otherwise it would never end.
        expect(seen.position).toBeGreaterThan(acked)
        acked = seen.position
        await runs.ack('ann', 'r1', { readerId: 'a', position: acked })
      }
      expect(seen.text).toBe('0123456789'.repeat(59))
    },
  )

  contract(
    'an ack counts up to what its reader was sent; one for a reader that is gone is ignored',
    async (setUp) => {
      const { clock, runs, script, start, read } = await setUp({ onPull: () => [text('0123456789')] })
      await start()
      const { seen, drop } = read({ readerId: 'a' })
      await clock.advance(10_000)
      expect([seen.position, script.pulls]).toEqual([WINDOW, 10])
      await runs.ack('ann', 'r1', { readerId: 'a', position: 1_000_000 })
      await clock.advance(10_000)
      expect([seen.position, script.pulls]).toEqual([2 * WINDOW, 20])
      drop()
      await runs.ack('ann', 'r1', { readerId: 'a', position: 2 * WINDOW })
      await runs.ack('ann', 'r1', { readerId: 'never', position: 2 * WINDOW })
      await clock.advance(GRACE_MS - 1)
      expect(script.pulls).toBe(20)
      expect(runs.readers).toBe(0)
    },
  )

  for (const ids of ['one id', 'ever new ids']) {
    contract(
      `a page that renders nothing is sent a window in all, however often it reconnects with ${ids}`,
      async (setUp) => {
        const { clock, runs, script, start, read } = await setUp({ onPull: () => [text('0123456789')] })
        await start()
        let received = 0
        for (let i = 0; i < 30; i++) {
          const reader = read({ readerId: ids === 'one id' ? 'a' : `${i}`, after: received })
          await clock.advance(1000)
          received = Math.max(received, reader.seen.position)
          reader.drop()
        }
        expect(received).toBe(WINDOW)
        expect(script.pulls).toBe(WINDOW / 10)
        // An ack of the next subscription lets it go on from there.
        const { seen } = read({ readerId: 'last', after: received })
        await clock.advance(1)
        await runs.ack('ann', 'r1', { readerId: 'last', position: 40 })
        await clock.advance(10_000)
        expect(seen.position).toBe(WINDOW + 40)
        expect(script.pulls).toBe((WINDOW + 40) / 10)
      },
    )
  }

  contract('a reader that returns under its id is sent a window beyond its last ack', async (setUp) => {
    const { clock, runs, start, read } = await setUp({ onPull: () => [text('0123456789')] })
    await start()
    const first = read({ readerId: 'a' })
    await clock.advance(10_000)
    await runs.ack('ann', 'r1', { readerId: 'a', position: WINDOW })
    await clock.advance(10_000)
    first.drop()
    const back = read({ readerId: 'a', after: WINDOW })
    await clock.advance(10_000)
    expect(first.seen.position).toBe(2 * WINDOW)
    expect(back.seen.position).toBe(2 * WINDOW)
  })

  contract('two tabs read the same run, and the furthest sets its limit', async (setUp) => {
    const { clock, runs, script, start, read } = await setUp({ onPull: () => [text('0123456789')] })
    await start()
    const one = read({ readerId: 'one' })
    const other = read({ readerId: 'other' })
    await clock.advance(10_000)
    await runs.ack('ann', 'r1', { readerId: 'one', position: 60 })
    await clock.advance(10_000)
    expect(script.pulls).toBe(16)
    expect([one.seen.position, other.seen.position]).toEqual([160, WINDOW])
    one.drop()
    await clock.advance(GRACE_MS * 2)
    expect(runs.live).toBe(1)
    await runs.ack('ann', 'r1', { readerId: 'other', position: 100 })
    await clock.advance(10_000)
    expect(other.seen.text).toBe('0123456789'.repeat(20).slice(0, other.seen.text.length))
    expect(other.seen.position).toBe(200)
  })

  contract('a run counts as paused only while its readers are a window behind', async (setUp) => {
    const { clock, delay, runs, start, read } = await setUp({ onPull: () => [text('0123456789')] })
    await start()
    read({ readerId: 'a' })
    await clock.advance(100)
    expect(runs.paused).toBe(0)
    await clock.advance(1000 + delay)
    expect(runs.paused).toBe(1)
    await runs.ack('ann', 'r1', { readerId: 'a', position: 100 })
    await clock.advance(delay)
    expect(runs.paused).toBe(0)
    await clock.advance(1000 + delay)
    expect(runs.paused).toBe(1)
    await runs.stop('ann', 'r1')
    await clock.advance(delay)
    expect(runs.paused).toBe(0)
  })
}
