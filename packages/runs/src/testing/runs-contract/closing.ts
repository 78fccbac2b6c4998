import { expect } from 'vitest'
import { DONE, text } from '../events.ts'
import { scriptedSource } from '../scripted-source.ts'
import { type Contract, FRAME_MS, WINDOW } from './fleet.ts'

/** An instance that closes, while the others go on. */
export function closing(contract: Contract): void {
  contract(
    'closing ends every live run as interrupted, with the text it had, and starts no more',
    async (setUp) => {
      const { clock, delay, one, other, script, ends, timers } = await setUp()
      await one.start()
      script.say(text('abc'))
      const finished = scriptedSource()
      finished.say(text('def'), DONE)
      await one.start({ runId: 'over', source: finished.source })
      const { seen } = other.read()
      const over = other.read({ runId: 'over' })
      await clock.advance(10 + delay)
      const closed = one.runs.close()
      await expect(one.start({ runId: 'r2' })).rejects.toMatchObject({ name: 'RunsError', code: 'closing' })
      expect(await one.start()).toEqual({ created: false })
      await closed
      expect(one.runs.live).toBe(0)
      expect(ends.map(({ runId, terminal }) => [runId, terminal.type])).toEqual([
        ['over', 'done'],
        ['r1', 'error'],
      ])
      await clock.advance(FRAME_MS + delay)
      expect(seen.text).toBe('abc')
      expect(seen.events.at(-1)).toMatchObject({ type: 'error', code: 'interrupted', retryable: true })
      expect(over.seen.events.at(-1)).toEqual(DONE)
      await other.runs.close()
      expect(timers()).toBe(0)
    },
  )

  contract('closing waits for live runs to end, but no longer than drainMs', async (setUp) => {
    const { clock, delay, one, other, script, ends, timers } = await setUp()
    const slow = scriptedSource()
    await one.start({ onDisconnect: 'continue' })
    await one.start({ runId: 'slow', source: slow.source, onDisconnect: 'continue' })
    const [quickly, slowly] = [other.read(), other.read({ runId: 'slow' })]
    let closed = false
    void one.runs.close({ drainMs: 30_000 }).then(() => (closed = true))
    await clock.advance(10_000)
    expect(script.signal.aborted).toBe(false)
    await expect(one.start({ runId: 'r2' })).rejects.toMatchObject({ code: 'closing' })
    script.say(text('abc'), DONE)
    slow.say(text('def'))
    await clock.advance(19_999)
    expect(slow.signal.aborted).toBe(false)
    expect(closed).toBe(false)
    await clock.advance(1)
    expect(ends).toMatchObject([{ terminal: DONE }, { runId: 'slow', terminal: { code: 'interrupted' } }])
    expect(closed).toBe(true)
    await clock.advance(delay)
    expect([quickly.seen.text, quickly.seen.events.at(-1)]).toEqual(['abc', DONE])
    expect(slowly.seen.text).toBe('def')
    expect(slowly.seen.events.at(-1)).toMatchObject({ type: 'error', code: 'interrupted' })
    await other.runs.close()
    expect(timers()).toBe(0)
  })

  contract(
    'an instance that closes lets runs of others be read until its own have ended, and then sends the readers away',
    async (setUp) => {
      const { clock, delay, one, other, script, isAlone } = await setUp()
      const last = scriptedSource()
      await one.start()
      await other.start({ runId: 'last', source: last.source })
      const early = other.read()
      await clock.advance(delay)
      let closed = false
      void other.runs.close({ drainMs: 30_000 }).then(() => (closed = true))
      const late = other.read()
      await clock.advance(delay)
      script.say(text('abc'))
      await clock.advance(FRAME_MS + delay)
      expect([early.seen.text, late.seen.text, closed]).toEqual(['abc', 'abc', false])
      last.say(DONE)
      // A single instance waits for all runs.
      if (isAlone) script.say(DONE)
      await clock.advance(FRAME_MS + delay)
      expect(closed).toBe(true)
      if (isAlone) return
      for (const { seen } of [early, late, other.read()]) {
        await clock.advance(delay)
        expect(seen.state).toMatchObject({ thrown: { name: 'RunsError', code: 'closing' } })
      }
      const { seen } = one.read({ after: early.seen.position })
      script.say(text('def'), DONE)
      await clock.advance(FRAME_MS + delay)
      expect(seen.events).toEqual([text('def'), DONE])
    },
  )

  contract('closing ends as soon as the runs have ended', async (setUp) => {
    const { clock, one, script, timers } = await setUp()
    await one.start()
    let closed = false
    void one.runs.close({ drainMs: 30_000, readerDrainMs: 30_000 }).then(() => (closed = true))
    await clock.advance(100)
    expect(closed).toBe(false)
    script.say(DONE)
    await clock.advance(0)
    expect(closed).toBe(true)
    expect(timers()).toBe(0)
  })

  contract(
    'closing waits for readers to receive the end, but no longer than readerDrainMs',
    async (setUp) => {
      for (const acks of [true, false]) {
        const { clock, one, script } = await setUp()
        await one.start()
        const { seen } = one.read({ readerId: 'a' })
        script.say(text('x'.repeat(WINDOW)))
        await clock.advance(100)
        let closed = false
        void one.runs.close({ readerDrainMs: 2000 }).then(() => (closed = true))
        await clock.advance(1000)
        expect(closed).toBe(false)
        if (acks) await one.runs.ack('ann', 'r1', { readerId: 'a', position: WINDOW })
        await clock.advance(999)
        expect(closed).toBe(acks)
        await clock.advance(1)
        expect(closed).toBe(true)
        expect(seen.events.at(-1)?.type).toBe(acks ? 'error' : 'text')
      }
    },
  )

  contract(
    'closing waits one second for a source that ignores the abort, and closing again does nothing',
    async (setUp) => {
      const { clock, one, timers } = await setUp({ ignoresAbort: true })
      await one.start()
      await clock.advance(0)
      let closed = 0
      for (let i = 0; i < 2; i++) void one.runs.close().then(() => closed++)
      await clock.advance(999)
      expect(closed).toBe(0)
      await clock.advance(1)
      expect(closed).toBe(2)
      expect(timers()).toBe(0)
    },
  )
}
