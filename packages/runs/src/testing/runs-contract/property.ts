import type { RunEvent } from '@sluice/events'
import { units } from '@sluice/events/testing'
import * as fc from 'fast-check'
import { expect } from 'vitest'
import { DONE } from '../events.ts'
import { scriptedSource } from '../scripted-source.ts'
import { type Contract, FRAME_MS, STARTED, WINDOW } from './fleet.ts'

/** Readers that connect, acknowledge and lose their connections in any order. */
export function property(contract: Contract): void {
  contract(
    'property: whatever connections die and however it is acked, the text is what the source said',
    async (setUp) => {
      const words = fc.oneof(
        fc.record({ type: fc.constant('text'), text: fc.string({ unit: 'grapheme', maxLength: 40 }) }),
        fc.record({ type: fc.constant('thinking'), text: fc.constantFrom('hm', '🤔') }),
      )
      const step = fc.oneof(
        {
          weight: 4,
          arbitrary: fc.record({ do: fc.constant('say'), events: fc.array(words, { maxLength: 4 }) }),
        },
        { weight: 4, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.nat({ max: 120 }) }) },
        {
          weight: 3,
          arbitrary: fc.record({ do: fc.constant('ack'), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
        },
        {
          weight: 2,
          arbitrary: fc.record({ do: fc.constant('drop'), lost: fc.nat({ max: 30 }), renamed: fc.boolean() }),
        },
        { weight: 1, arbitrary: fc.record({ do: fc.constant('start again') }) },
      )
      const { clock, delay, runs, start: startRun, read } = await setUp()
      let count = 0
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.boolean(), async (steps, flowControlled) => {
          const runId = `r${++count}`
          const script = scriptedSource()
          const start = () => startRun({ runId, source: script.source })
          const started = [await start()]
          let id = 0
          const connect = (after: number) =>
            read({ runId, after, ...(flowControlled && { readerId: `${id}` }) })
          // The received events, one per code unit, so that the length is the reader's position.
          let held: RunEvent[] = []
          let reader = connect(0)
          let [before, acked, ahead] = [0, 0, 0]
          const arrived = () => [...held, ...units(reader.seen.events)]
          const reconnect = (lost: number) => {
            // Loses what was sent but did not arrive: at most back to where this connection began, or to what was rendered.
            held = arrived().slice(0, Math.max(before, acked, arrived().length - lost))
            before = held.length
            reader.drop()
            reader = connect(before)
          }
          const said: RunEvent[] = []
          for (const now of steps) {
            if (now.do === 'say') {
              said.push(...now.events)
              script.say(...now.events)
            } else if (now.do === 'wait') {
              await clock.advance(now.ms)
              ahead = Math.max(ahead, arrived().length - acked)
            } else if (now.do === 'ack') {
              acked = Math.max(acked, Math.floor(acked + (arrived().length - acked) * now.share))
              await runs.ack('ann', runId, { readerId: `${id}`, position: acked })
            } else if (now.do === 'drop') {
              // A new reader id, as the page uses, or the same one, as a plain EventSource does.
              if (now.renamed) id++
              // The same id does not return before the instances have told each other that it was there.
              else await clock.advance(delay)
              reconnect(now.lost)
            } else {
              started.push(await start())
            }
          }
          script.say(DONE)
          while (reader.seen.state === 'open') {
            acked = arrived().length
            await runs.ack('ann', runId, { readerId: `${id}`, position: acked })
            await clock.advance(FRAME_MS)
          }
          expect(reader.seen.state).toBe('returned')
          expect(arrived()).toEqual(units([{ ...STARTED, runId }, ...said, DONE]))
          expect(ahead).toBeLessThanOrEqual(flowControlled ? WINDOW : Number.POSITIVE_INFINITY)
          expect(started.filter(({ created }) => created)).toHaveLength(1)
          expect(script.calls).toBe(1)
        }),
        { numRuns: 100 },
      )
    },
  )
}
