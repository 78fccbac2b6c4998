import { getEventListeners } from 'node:events'
import { expect } from 'vitest'
import { MemoryLog } from '../../memory-log.ts'
import { DONE, OVERLOADED, text } from '../events.ts'
import { type ScriptedSource, STOPPED_WITH_ESTIMATE } from '../scripted-source.ts'
import { type Contract, FRAME_MS, GRACE_MS, LEASE_MS, RUN_MAX_MS, WINDOW } from './fleet.ts'

/** Stops, failures and limits, and what is left after them. */
export function ending(contract: Contract): void {
  contract(
    'a stop ends the run at once with the source’s estimate, and stopping again changes nothing',
    async (setUp) => {
      const { clock, delay, runs, script, start, read, ends } = await setUp()
      await start()
      const { seen } = read()
      script.say(text('abc'))
      await clock.advance(10 + delay)
      await Promise.all([runs.stop('ann', 'r1'), runs.stop('ann', 'r1')])
      await clock.advance(delay)
      expect(script.signal.aborted).toBe(true)
      await clock.advance(FRAME_MS + delay)
      await runs.stop('ann', 'r1')
      await clock.advance(FRAME_MS + delay)
      expect(seen.text).toBe('abc')
      expect(seen.events.at(-1)).toEqual(STOPPED_WITH_ESTIMATE)
      expect(seen.events.filter(({ type }) => type === 'done')).toHaveLength(1)
      expect(ends).toMatchObject([{ terminal: STOPPED_WITH_ESTIMATE }])
    },
  )

  contract('a stop reaches a run whose reader is a window behind', async (setUp) => {
    const { clock, delay, runs, script, start, read } = await setUp({ onPull: () => [text('0123456789')] })
    await start()
    const { seen } = read({ readerId: 'a' })
    await clock.advance(10_000)
    await runs.stop('ann', 'r1')
    await clock.advance(delay)
    expect(runs.live).toBe(0)
    expect(script.signal.aborted).toBe(true)
    expect(seen.position).toBe(WINDOW)
    await runs.ack('ann', 'r1', { readerId: 'a', position: WINDOW })
    await clock.advance(FRAME_MS + delay)
    expect(seen.events.at(-1)).toEqual(STOPPED_WITH_ESTIMATE)
  })

  contract(
    'a source that throws gives its readers one internal error, and onError the cause',
    async (setUp) => {
      const { clock, delay, script, start, read, errors, ends } = await setUp()
      await start()
      const { seen } = read()
      script.say(text('abc'))
      const bug = new Error('a bug')
      script.crash(bug)
      await clock.advance(2 * FRAME_MS + delay)
      expect(seen.text).toBe('abc')
      expect(seen.events.filter(({ type }) => type === 'error')).toMatchObject([{ code: 'internal' }])
      expect(seen.state).toBe('returned')
      expect(errors).toEqual([{ error: bug, runId: 'r1' }])
      expect(ends).toHaveLength(1)
    },
  )

  contract('a run that takes too long ends as upstream_timeout', async (setUp) => {
    const { clock, delay, start, read } = await setUp()
    await start()
    const { seen } = read()
    await clock.advance(RUN_MAX_MS - 1)
    expect(seen.state).toBe('open')
    await clock.advance(1 + delay)
    expect(seen.events.at(-1)).toMatchObject({ type: 'error', code: 'upstream_timeout' })
  })

  contract(
    'a run with onDisconnect `continue` ends by itself without readers, and can be read afterwards',
    async (setUp) => {
      const { clock, script, start, read } = await setUp({
        onPull: (pull) => [pull <= 100 ? text('0123456789') : DONE],
      })
      await start({ onDisconnect: 'continue' })
      await clock.advance(20_000)
      expect(script.pulls).toBe(101)
      const { seen } = read()
      await clock.advance(1000)
      expect(seen.text).toBe('0123456789'.repeat(100))
      expect(seen.events.at(-1)).toEqual(DONE)
    },
  )

  contract(
    'text after a run was cut short is counted separately, and its usage is known though it failed',
    async (setUp) => {
      const { clock, script, settled, start, ends } = await setUp({ ignoresAbort: true })
      script.say(text('abc'))
      await start()
      await clock.advance(GRACE_MS)
      script.say(text('late'))
      await settled()
      script.say(STOPPED_WITH_ESTIMATE)
      await settled()
      const { usage } = STOPPED_WITH_ESTIMATE
      expect(ends).toMatchObject([{ terminal: { code: 'abandoned' }, usage, chars: 7, charsAfterCut: 4 }])
    },
  )

  const ways: readonly (readonly [
    string,
    (script: ScriptedSource, stop: () => Promise<void>) => unknown,
    number,
  ])[] = [
    ['its own end', (script) => script.say(DONE), GRACE_MS],
    ['its own error', (script) => script.say(OVERLOADED), GRACE_MS],
    ['a broken source', (script) => script.end(), GRACE_MS],
    ['a source that throws', (script) => script.crash(new Error('bug')), GRACE_MS],
    ['a stop', (_, stop) => stop(), GRACE_MS],
    ['a stop that its source ignores', (_, stop) => stop(), GRACE_MS],
    ['its limit', () => {}, RUN_MAX_MS],
    ['a ghost', () => {}, LEASE_MS + GRACE_MS],
  ]
  for (const [how, end, ms] of ways) {
    contract(`after ${how} no timer, listener, waiter or reader is left`, async (setUp) => {
      const { clock, delay, runs, script, start, read, timers } = await setUp({
        ignoresAbort: how === 'a stop that its source ignores',
      })
      await start()
      const free = read()
      const { seen, signal, drop } = read({ readerId: 'a' })
      script.say(text('x'.repeat(50)))
      await clock.advance(1000 + delay)
      if (how === 'a ghost') free.drop()
      await end(script, () => runs.stop('ann', 'r1'))
      if (how !== 'a ghost') await runs.ack('ann', 'r1', { readerId: 'a', position: 51 })
      await clock.advance(ms + delay)
      expect(runs.live).toBe(0)
      drop()
      expect(seen.state).not.toBe('open')
      expect(free.seen.state).toBe('returned')
      await clock.advance(delay)
      expect(runs.readers).toBe(0)
      for (const used of [script.signal, signal, free.signal])
        expect(getEventListeners(used, 'abort')).toEqual([])
      expect(script.returns).toBe(1)
      await clock.advance(GRACE_MS + delay)
      expect(timers()).toBe(0)
      expect(runs.size).toBe(0)
    })
  }

  contract('a log that fails is reported, and its run does not stay live', async (setUp) => {
    const outage = new Error('no connection')
    class FailingLog extends MemoryLog {
      override async append(): Promise<number> {
        throw outage
      }
    }
    const { clock, runs, start, errors, ends } = await setUp({ createLog: () => new FailingLog() })
    const reported: unknown[] = []
    await start({ onEnd: (run) => reported.push(run) })
    await clock.advance(10)
    expect(reported).toEqual([undefined])
    expect(errors.map(({ error }) => error)).toContain(outage)
    expect(ends).toEqual([])
    expect(runs.live).toBe(0)
    await clock.advance(GRACE_MS)
    expect(runs.size).toBe(0)
  })

  contract('an onEnd that throws is reported, and its run does not stay live', async (setUp) => {
    const bug = new Error('a bug')
    const { clock, runs, script, start, errors } = await setUp({
      onEnd: () => {
        throw bug
      },
    })
    script.say(DONE)
    await start()
    await clock.advance(10)
    expect(errors).toEqual([{ error: bug, runId: 'r1' }])
    expect(runs.live).toBe(0)
  })
}
