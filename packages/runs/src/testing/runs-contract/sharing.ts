import { expect } from 'vitest'
import { DONE, text } from '../events.ts'
import { scriptedSource, STOPPED_WITH_ESTIMATE } from '../scripted-source.ts'
import { type Contract, FRAME_MS, GRACE_MS, LEASE_MS, STARTED, WINDOW } from './fleet.ts'

/** How long it may take, in ms, until a run is copied that was shared after a reader had looked for it for 100 ms. */
const LOOK_AGAIN_MS = 250

/** What instances do for each other. Each of these is true of a single one, too. */
export function sharing(contract: Contract): void {
  contract('an ack moves its reader on, whatever instance it lands on', async (setUp) => {
    const { clock, delay, one, other, third, script } = await setUp({ onPull: () => [text('0123456789')] })
    await one.start()
    const { seen } = other.read({ readerId: 'a' })
    await clock.advance(5000)
    expect(seen.position).toBe(WINDOW)
    for (const [i, { runs }] of [third, one, other].entries()) {
      await runs.ack('ann', 'r1', { readerId: 'a', position: seen.position })
      await clock.advance(5000 + delay)
      expect(seen.position).toBe(WINDOW * (i + 2))
      expect(script.pulls).toBe(seen.position / 10)
    }
  })

  contract('a stop ends a run, whatever instance it lands on', async (setUp) => {
    const { clock, delay, one, other, third } = await setUp()
    for (const [runId, { runs }] of Object.entries({ a: one, b: third, c: other })) {
      await one.start({ runId })
      const { seen } = other.read({ runId })
      await clock.advance(100 + delay)
      await runs.stop('ann', runId)
      await clock.advance(delay)
      expect(seen.events.at(-1)).toEqual(STOPPED_WITH_ESTIMATE)
      expect(one.runs.live).toBe(0)
    }
  })

  contract('a stop that comes before its start was answered ends the run', async (setUp) => {
    const { clock, delay, one, other, records, script } = await setUp()
    let answer = () => {}
    const starting = one.start({
      claim: async (run) => {
        const claimed = await records.claim(run)
        await new Promise<void>((resolve) => (answer = resolve))
        return claimed
      },
    })
    await clock.advance(0)
    const stopping = other.runs.stop('ann', 'r1')
    await clock.advance(delay)
    answer()
    await Promise.all([starting, stopping])
    await clock.advance(delay)
    expect(one.runs.live).toBe(0)
    expect(await records.eventsOf('ann', 'r1')).toMatchObject([STARTED, { stopReason: 'stopped' }])
    expect(script.calls).toBe(1)
  })

  contract(
    'a reader that comes before the start was answered gets the run from its beginning',
    async (setUp) => {
      const { clock, delay, one, other, records, script } = await setUp()
      let answer = () => {}
      const starting = one.start({
        claim: async (run) => {
          const claimed = await records.claim(run)
          await new Promise<void>((resolve) => (answer = resolve))
          return claimed
        },
      })
      await clock.advance(0)
      const { seen } = other.read({ readerId: 'a' })
      await clock.advance(100)
      expect(seen.entries).toEqual([])
      answer()
      await starting
      script.say(text('abc'))
      await clock.advance(LOOK_AGAIN_MS + delay)
      expect(seen.events).toEqual([STARTED, text('abc')])
    },
  )

  contract(
    'a reader id that opens on another instance is replaced, and its last ack is carried over',
    async (setUp) => {
      const { clock, delay, one, other, third } = await setUp({ onPull: () => [text('0123456789')] })
      await one.start()
      const [tab, older] = [third.read({ readerId: 'tab' }), other.read({ readerId: 'a' })]
      await clock.advance(5000)
      await other.runs.ack('ann', 'r1', { readerId: 'a', position: 70 })
      await clock.advance(5000)
      const newer = third.read({ readerId: 'a', after: older.seen.position })
      await clock.advance(5000)
      expect(older.seen.state).toMatchObject({ thrown: { name: 'RunsError', code: 'reader_replaced' } })
      await third.runs.ack('ann', 'r1', { readerId: 'tab', position: WINDOW })
      await clock.advance(5000 + delay)
      // The run has more, and this reader may not be sent it.
      expect(tab.seen.position).toBe(2 * WINDOW)
      expect([older.seen.position, newer.seen.state, newer.seen.entries]).toEqual([70 + WINDOW, 'open', []])
      const newest = one.read({ readerId: 'a', after: 70 })
      await clock.advance(5000)
      expect(newer.seen.state).toMatchObject({ thrown: { code: 'reader_replaced' } })
      expect(newest.seen.position).toBe(70 + WINDOW)
    },
  )

  contract('a reader that is gone before it opens replaces none of its id', async (setUp) => {
    const { clock, delay, one, other, script } = await setUp()
    await one.start()
    const { seen } = one.read({ readerId: 'a' })
    await clock.advance(100 + delay)
    other.read({ readerId: 'a' }).drop()
    await clock.advance(100 + delay)
    expect(seen.state).toBe('open')
    script.say(text('abc'), DONE)
    await clock.advance(100 + delay)
    expect(seen.text).toBe('abc')
  })

  contract(
    'a reader that leaves and returns to its instance within the grace holds the run again',
    async (setUp) => {
      const { clock, delay, one, other, script } = await setUp()
      await one.start()
      const first = other.read({ readerId: 'a' })
      script.say(text('abc'))
      await clock.advance(1000)
      first.drop()
      await clock.advance(GRACE_MS - 1 - delay)
      const { seen } = other.read({ readerId: 'a', after: first.seen.position })
      await clock.advance(LEASE_MS - 1 - delay)
      expect(one.runs.live).toBe(1)
      script.say(text('def'), DONE)
      await clock.advance(delay)
      expect(seen.events).toEqual([text('def'), DONE])
    },
  )

  contract(
    'a run that ends while an instance has no reader left can be read there to its end',
    async (setUp) => {
      const { clock, delay, one, other, runs, script, timers } = await setUp()
      await one.start()
      const first = other.read()
      script.say(text('abc'))
      await clock.advance(1000)
      first.drop()
      script.say(text('def'), DONE)
      await clock.advance(FRAME_MS + delay)
      const { seen } = other.read({ after: first.seen.position })
      await clock.advance(delay)
      expect(seen.events).toEqual([text('def'), DONE])
      await clock.advance(GRACE_MS + delay)
      expect([runs.size, runs.chars, timers()]).toEqual([0, 0, 0])
    },
  )

  contract(
    'a run that goes on is forgotten by an instance without readers, and found again',
    async (setUp) => {
      const { clock, delay, one, other, script, isAlone } = await setUp()
      await one.start({ onDisconnect: 'continue' })
      const first = other.read()
      script.say(text('abc'))
      await clock.advance(1000)
      first.drop()
      script.say(text('def'))
      await clock.advance(2 * GRACE_MS)
      expect(other.runs.size).toBe(isAlone ? 1 : 0)
      const { seen } = other.read({ after: 2 })
      await clock.advance(delay)
      script.say(text('ghi'), DONE)
      await clock.advance(FRAME_MS + delay)
      expect(seen.text).toBe('bcdefghi')
      expect(seen.events.at(-1)).toEqual(DONE)
    },
  )

  contract('a reader beyond what its instance has gets what follows its position', async (setUp) => {
    const { clock, delay, one, other, script, isAlone } = await setUp()
    await one.start()
    script.say(text('abc'))
    await clock.advance(100)
    // A single instance has all there is, and refuses a position beyond it.
    if (isAlone) script.say(text('defg'))
    await clock.advance(100)
    const { seen } = other.read({ after: 6, readerId: 'a' })
    await clock.advance(100 + delay)
    if (!isAlone) {
      expect([seen.state, seen.entries]).toEqual(['open', []])
      script.say(text('defg'))
    }
    await clock.advance(100 + delay)
    script.say(DONE)
    await clock.advance(delay)
    expect(seen.events).toEqual([text('fg'), DONE])
    expect(seen.position).toBe(9)
  })

  contract(
    'a run that is handed over goes on for its readers, and belongs to its new owner alone',
    async (setUp) => {
      const { clock, delay, one, other, third, records, runs, script } = await setUp()
      await one.start({ owner: 'guest' })
      const { seen } = other.read({ owner: 'guest' })
      await clock.advance(100 + delay)
      records.adopt(['r1'], 'ann')
      await third.runs.adopt(['r1', 'unknown'], 'ann')
      await clock.advance(delay)
      const mine = one.read()
      for (const { runs: instance } of [one, other, third]) {
        await expect(instance.stop('guest', 'r1')).rejects.toMatchObject({ code: 'not_found' })
        await instance.ack('ann', 'r1', { readerId: 'a', position: 0 })
      }
      script.say(text('abc'), DONE)
      await clock.advance(100 + delay)
      expect([seen.text, mine.seen.text]).toEqual(['abc', 'abc'])
      expect(await runs.has('guest', 'r1')).toBe(false)
    },
  )

  contract(
    'an owner who is forgotten has no runs in memory, and their readers have the end',
    async (setUp) => {
      const { clock, delay, one, other, third, records, runs, script } = await setUp()
      await one.start()
      await one.start({ owner: 'bob', runId: 'r2', source: scriptedSource().source })
      const { seen } = other.read()
      script.say(text('abc'))
      await clock.advance(100 + delay)
      records.forget('ann')
      await third.runs.forget('ann')
      await clock.advance(100 + delay)
      expect([seen.state, seen.text]).toEqual(['returned', 'abc'])
      expect(seen.events.at(-1)).toMatchObject({ type: 'done', stopReason: 'stopped' })
      expect(runs.live).toBe(1)
      await clock.advance(GRACE_MS + delay)
      // That of the other owner, which nobody has read, is in its instance.
      expect([runs.size, runs.live]).toEqual([1, 0])
      expect(await runs.has('ann', 'r1')).toBe(false)
    },
  )

  contract(
    'an instance that closes sends its readers away, and what they read goes on elsewhere',
    async (setUp) => {
      const { clock, delay, one, other, script, timers, isAlone } = await setUp()
      await one.start()
      const before = timers()
      const first = other.read({ readerId: 'a' })
      script.say(text('abc'))
      await clock.advance(100 + delay)
      if (!isAlone) {
        await other.runs.close({ readerDrainMs: 1000 })
        await clock.advance(delay)
        expect(first.seen.state).toMatchObject({ thrown: { name: 'RunsError', code: 'closing' } })
        const refused = other.read()
        await clock.advance(delay)
        expect(refused.seen.state).toMatchObject({ thrown: { name: 'RunsError', code: 'closing' } })
        expect([other.runs.size, timers()]).toEqual([0, before])
      }
      const { seen } = one.read({ readerId: 'a', after: first.seen.position })
      script.say(text('def'), DONE)
      await clock.advance(100 + delay)
      expect(first.seen.text + seen.text).toBe('abcdef')
      expect(seen.events.at(-1)).toEqual(DONE)
    },
  )
}
