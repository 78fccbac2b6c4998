import { randomUUID } from 'node:crypto'
import { mergeEvents, type RunEvent } from '@sluice/events'
import { anyDone, anyError, anyPiece } from '@sluice/events/testing'
import { MemoryLog, type SharedRun, systemClock } from '@sluice/runs'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Connection } from './connection.ts'
import { keys } from './keys.ts'
import { readLog } from './read-log.ts'
import { SharedLog } from './shared-log.ts'
import { onRedis } from './testing/on-redis.ts'
import { type RedisServer, startServer } from './testing/start-redis.ts'

const ALL = Number.MAX_SAFE_INTEGER

/** Around the limits of a piece and of an append, with pairs of surrogates in every place. */
const longText = fc
  .tuple(fc.constantFrom(4095, 4096, 4097, 8192, 65_535, 65_536, 65_537, 70_000), fc.constantFrom('', 'x'))
  .map(([length, first]): RunEvent => ({
    type: 'text',
    text: (first + '😀'.repeat(length)).slice(0, length),
  }))

/** What happens to one command: nothing; it does not arrive; its answer does not; Redis had lost the run before it. */
const anyFault = fc.constantFrom('none', 'none', 'none', 'unsent', 'unanswered', 'lost')

const anyRun = fc.record({
  batches: fc.array(fc.array(fc.oneof({ weight: 20, arbitrary: anyPiece }, longText), { maxLength: 6 }), {
    maxLength: 6,
  }),
  end: fc.oneof(anyDone, anyError),
  faults: fc.array(anyFault, { maxLength: 30 }),
  /** Where it is read from at last, as parts of its length. */
  from: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
})

onRedis(
  (program) => {
    let redis: RedisServer
    let connection: Connection
    beforeAll(async () => {
      redis = await startServer(program)
      await new Promise<void>((resolve) => {
        const nothing = () => {}
        const options = { url: redis.url, clock: systemClock, channels: ['a-channel'] }
        connection = new Connection({ ...options, onMessage: nothing, onUp: resolve, onDown: nothing })
      })
    })
    afterAll(async () => {
      connection.close()
      await redis.close()
    })

    test('any events are read from Redis as they were written, from any position, whatever was interrupted', async () => {
      const property = fc.asyncProperty(anyRun, async ({ batches, end, faults, from }) => {
        const runId = randomUUID()
        const log = new MemoryLog()
        const shared = shareWithFaults(runId, log, faults)
        /** As an instance with readers has it: it reads on from where it is. */
        const copy = new MemoryLog()
        const copyMore = async () => {
          const status = await copy.status()
          if (!status.ended) await copy.append(await readLog(connection, runId, status.end))
        }
        for (const batch of [...batches, [end]]) {
          await log.append(batch)
          await shared.send().catch(() => {})
          await copyMore()
        }
        while (!shared.isOver) await shared.send().catch(() => {})
        await copyMore()
        const written = await log.status()
        expect(await copy.status()).toEqual(written)
        expect(await eventsOf(copy, 0)).toEqual(await eventsOf(log, 0))
        for (const part of [0, ...from]) {
          const position = Math.floor(part * written.end)
          const events = mergeEvents(await readLog(connection, runId, position))
          expect(events).toEqual(await eventsOf(log, position))
        }
      })
      await fc.assert(property, { numRuns: 60 })
    })

    function shareWithFaults(runId: string, log: MemoryLog, faults: string[]): SharedLog {
      const left = [...faults]
      const send = async (...command: string[]) => {
        const fault = left.shift()
        if (fault === 'lost') await connection.send('DEL', keys.run(runId), keys.log(runId))
        if (fault === 'unsent') throw new Error('It did not arrive.')
        const answer = await connection.send(...command)
        if (fault === 'unanswered') throw new Error('The answer was lost.')
        return answer
      }
      return new SharedLog({
        run: { runId, owner: 'an-owner', log } as unknown as SharedRun,
        instance: 'a',
        connection: { send },
        ttlMs: { live: 60_000, ended: 60_000 },
        onGrowth: () => {},
        onStop: () => {},
        onFenced: () => {},
      })
    }
  },
  { each: true },
)

async function eventsOf(log: MemoryLog, after: number): Promise<RunEvent[]> {
  return (await log.read(after, ALL)).map(({ event }) => event)
}
