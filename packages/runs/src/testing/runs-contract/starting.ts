import { expect } from 'vitest'
import { DONE, text, thinking } from '../events.ts'
import { scriptedSource, STOPPED_WITH_ESTIMATE } from '../scripted-source.ts'
import { type Contract, FRAME_MS, GRACE_MS, refusal, WINDOW } from './fleet.ts'

/** Who may start a run, and what is told about it. */
export function starting(contract: Contract): void {
  contract('starting twice at once calls the source once', async (setUp) => {
    const { clock, script, start } = await setUp()
    const started = await Promise.all([start(), start(), start()])
    expect(started.filter(({ created }) => created)).toHaveLength(1)
    await clock.advance(100)
    expect(script.calls).toBe(1)
  })

  contract('starting again after the end does nothing, however long ago that was', async (setUp) => {
    const { clock, runs, script, start } = await setUp()
    script.say(DONE)
    await start()
    await clock.advance(GRACE_MS - 1)
    expect(await start()).toEqual({ created: false })
    await clock.advance(GRACE_MS)
    expect(runs.size).toBe(0)
    expect(await start()).toEqual({ created: false })
    expect(await refusal(start({ owner: 'bob' }))).toMatchObject({ code: 'not_found' })
    expect(script.calls).toBe(1)
  })

  contract(
    'a run id belongs to the owner that claimed it first: for another owner there is no such run',
    async (setUp) => {
      const { script, settled, start } = await setUp()
      const answers = await Promise.allSettled([start(), start({ owner: 'bob' })])
      const [claimed, refused] = answers.toSorted((a, b) => a.status.localeCompare(b.status))
      expect(claimed).toEqual({ status: 'fulfilled', value: { created: true } })
      expect(refused).toMatchObject({ status: 'rejected', reason: { name: 'RunsError', code: 'not_found' } })
      await settled()
      expect(script.calls).toBe(1)
    },
  )

  contract('another owner’s and an unknown run cannot be told apart by any method', async (setUp) => {
    const { runs, settled, start } = await setUp()
    await start({ runId: 'foreign', owner: 'bob', source: scriptedSource().source })
    await settled()
    const { signal } = new AbortController()
    const questions = [
      (runId: string) => runs.read('ann', runId, { after: 0, signal }),
      (runId: string) => runs.read('ann', runId, { after: 10_000, signal }),
      (runId: string) => runs.ack('ann', runId, { readerId: 'a', position: 0 }),
      (runId: string) => runs.ack('ann', runId, { readerId: 'a', position: 10_000 }),
      (runId: string) => runs.stop('ann', runId),
    ]
    for (const ask of questions) {
      const answers = await Promise.all(['foreign', 'unknown'].map((runId) => refusal(ask(runId))))
      expect(answers[0]).toMatchObject({ code: 'not_found' })
      expect(answers[1]).toEqual(answers[0])
    }
    expect(await refusal(start({ runId: 'foreign' }))).toEqual(await refusal(runs.stop('ann', 'unknown')))
    expect(runs.live).toBe(1)
  })

  contract('no method lets another owner affect a run', async (setUp) => {
    const { clock, delay, runs, script, start, read } = await setUp()
    await start()
    const { seen } = read({ readerId: 'a' })
    script.say(text('x'.repeat(500)))
    await clock.advance(100 + delay)
    await refusal(runs.stop('bob', 'r1'))
    await refusal(runs.ack('bob', 'r1', { readerId: 'a', position: 50 }))
    const stranger = read({ owner: 'bob', readerId: 'a' })
    await clock.advance(100 + delay)
    expect(stranger.seen.state).toMatchObject({ thrown: { code: 'not_found' } })
    expect(seen.state).toBe('open')
    expect(seen.position).toBe(WINDOW)
    expect(runs.live).toBe(1)
  })

  contract('a run belongs to one owner', async (setUp) => {
    const { runs, start } = await setUp()
    await start()
    const answers = [runs.has('ann', 'r1'), runs.has('bob', 'r1'), runs.has('ann', 'r2')]
    expect(await Promise.all(answers)).toEqual([true, false, false])
  })

  contract('onEnd of a start is called at the end of its run, with its usage', async (setUp) => {
    const ends: unknown[] = []
    const { clock, script, start } = await setUp()
    await start({ onEnd: (run) => ends.push(run?.terminal) })
    expect(ends).toEqual([])
    script.say(DONE)
    await clock.advance(FRAME_MS)
    expect(ends).toEqual([DONE])
  })

  contract('onEnd of a start is called before readers receive the end', async (setUp) => {
    const { clock, delay, runs, script, start } = await setUp()
    let reportedCaller = false
    await start({ onEnd: () => (reportedCaller = true) })
    const { signal } = new AbortController()
    const reportedBefore: boolean[] = []
    const readToEnd = async () => {
      for await (const { event } of await runs.read('ann', 'r1', { after: 0, signal })) {
        if (event.type === 'done') reportedBefore.push(reportedCaller)
      }
    }
    const read = readToEnd()
    script.say(DONE)
    await clock.advance(delay)
    await read
    expect(reportedBefore).toEqual([true])
  })

  contract(
    'an onStart that throws leaves a claimed run, whose retry calls Claude no second time',
    async (setUp) => {
      const { script, settled, start } = await setUp({
        onStart: () => {
          throw new Error('a bug')
        },
      })
      await expect(start()).rejects.toThrow('a bug')
      expect(await start()).toEqual({ created: false })
      await settled()
      expect(script.calls).toBe(1)
    },
  )

  contract('a run reports its start and its end, once', async (setUp) => {
    const reported: unknown[] = []
    const { clock, delay, runs, script, start, read } = await setUp({
      onStart: (run) => reported.push(run),
      onEnd: (run) => reported.push(run),
    })
    await start()
    read()
    await clock.advance(300)
    script.say(thinking('hm'))
    await clock.advance(FRAME_MS)
    script.say(text('abcde'))
    await clock.advance(FRAME_MS)
    await runs.stop('ann', 'r1')
    await clock.advance(FRAME_MS + delay)
    const run = { runId: 'r1', owner: 'ann', model: 'a-model' }
    const { usage } = STOPPED_WITH_ESTIMATE
    expect(reported).toMatchObject([
      run,
      { ...run, terminal: STOPPED_WITH_ESTIMATE, usage, chars: 7, charsAfterCut: 0, firstTextMs: 300 },
    ])
  })
}
