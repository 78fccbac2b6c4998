import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { RunRecords } from '../run-records.ts'
import { DONE, OVERLOADED, text, thinking } from './events.ts'

/** The records as two processes have them. */
interface Processes {
  readonly one: RunRecords
  readonly other: RunRecords
}

/**
 * The tests that every {@link RunRecords} must pass, registered with vitest under `name`. `createRecords` is called for
 * each of them; what it returns may have records of earlier tests.
 */
export function recordsContract(name: string, createRecords: () => Promise<Processes>): void {
  const contract = (promise: string, body: (processes: Processes, run: Run) => Promise<void>) =>
    test(`${name}: ${promise}`, async () => {
      expect.hasAssertions()
      await body(await createRecords(), runOf('ann'))
    })

  contract('of claims in two processes at once one is made', async ({ one, other }, { claim }) => {
    const claims = await Promise.all([one.claim(claim), other.claim(claim), other.claim(claim)])
    expect(claims.includes(true)).toBe(true)
    const winner = claims[0] ? one : other
    expect(await winner.stateOf('ann', claim.runId)).toBe('unstarted')
    expect(await (winner === one ? other : one).stateOf('ann', claim.runId)).toBe('elsewhere')
  })

  contract(
    'a claim is final in another process; in its own it can be repeated until it has ended',
    async ({ one, other }, { claim, endWith }) => {
      expect(await one.claim(claim)).toBe(true)
      expect([await other.claim(claim), await one.claim(claim)]).toEqual([false, true])
      await one.end(endWith(DONE))
      expect([await other.claim(claim), await one.claim(claim)]).toEqual([false, false])
    },
  )

  contract('a run is not found by another owner', async ({ one, other }, { claim, endWith }) => {
    await one.claim(claim)
    const bob = { ...claim, owner: 'bob' }
    for (const records of [one, other]) {
      await expect(records.claim(bob)).rejects.toMatchObject({ name: 'RunsError', code: 'not_found' })
      expect(await records.stateOf('bob', claim.runId)).toBeUndefined()
      expect(await records.eventsOf('bob', claim.runId)).toBeUndefined()
    }
    await one.end(endWith(DONE))
    expect(await other.stateOf('bob', claim.runId)).toBeUndefined()
    expect(await other.eventsOf('bob', claim.runId)).toBeUndefined()
    expect(await one.stateOf('ann', randomUUID())).toBeUndefined()
    expect(await one.eventsOf('ann', randomUUID())).toBeUndefined()
  })

  contract(
    'of two ends the first one stays, and both processes are told it',
    async ({ one, other }, { claim, start, endWith }) => {
      await one.claim(claim)
      expect(await other.end(endWith(OVERLOADED))).toEqual(OVERLOADED)
      expect(await one.end(endWith(DONE, text('late')))).toEqual(OVERLOADED)
      for (const records of [one, other]) {
        expect(await records.stateOf('ann', claim.runId)).toBe('ended')
        expect(await records.eventsOf('ann', claim.runId)).toEqual([start, OVERLOADED])
      }
    },
  )

  contract(
    'the events of a run are its start, then those that were saved, then all of them',
    async ({ one, other }, { claim, start, endWith }) => {
      await one.claim(claim)
      const events = () => other.eventsOf('ann', claim.runId)
      expect(await events()).toEqual([start])
      await one.save({ runId: claim.runId, events: [start, text('so')] })
      expect(await events()).toEqual([start, text('so')])
      await one.end(endWith(DONE, text('so far')))
      await one.save({ runId: claim.runId, events: [start, text('late')] })
      expect(await events()).toEqual([start, text('so far'), DONE])
    },
  )

  contract('text comes back exactly', async ({ one, other }, { claim, start, endWith }) => {
    await one.claim(claim)
    const odd = [thinking('\0 \u2028 👩‍🚀'), text(`'; drop table run; -- $1 \ud800 \udfff`)]
    await one.end(endWith(DONE, ...odd))
    expect(await other.eventsOf('ann', claim.runId)).toEqual([start, ...odd, DONE])
  })

  contract('the end of a run that was not claimed is returned', async ({ one }, { claim, endWith }) => {
    expect(await one.end(endWith(DONE))).toEqual(DONE)
    expect(await one.stateOf('ann', claim.runId)).toBeUndefined()
  })
}

type Run = ReturnType<typeof runOf>

function runOf(owner: string) {
  const runId = randomUUID()
  const claim = { runId, owner, model: 'a-model' }
  const start = { type: 'start', model: claim.model, runId } as const
  type End = Parameters<RunRecords['end']>[0]
  const endWith = (terminal: End['terminal'], ...events: End['events']): End => ({
    runId,
    owner,
    events: [start, ...events],
    terminal,
  })
  return { claim, start, endWith }
}
