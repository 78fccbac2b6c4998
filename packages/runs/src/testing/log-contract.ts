import { setTimeout as delay } from 'node:timers/promises'
import { isTerminal, mergeEvents, type RunEvent } from '@sluice/events'
import { anyDone, anyError, anyPieces, expectedRead, units } from '@sluice/events/testing'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Log, LogEntry } from '../log.ts'
import { DONE, OVERLOADED, START, text, thinking } from './events.ts'
import { Sleeper } from '../sleeper.ts'

const ALL = Number.MAX_SAFE_INTEGER

/**
 * The tests that every {@link Log} must pass, registered with vitest under `name`. `createLog` is called for
 * a new, empty log, several hundred times in all.
 */
export function logContract(name: string, createLog: () => Log | Promise<Log>): void {
  const contract = (claim: string, body: (log: Log) => Promise<void>) =>
    test(`${name}: ${claim}`, async () => {
      expect.hasAssertions()
      await body(await createLog())
    })

  contract('a new log is empty and has not ended', async (log) => {
    expect(await log.status()).toEqual({ end: 0, ended: false })
    expect(await log.read(0, ALL)).toEqual([])
  })

  contract('append resolves to the new end: code units of text, and 1 for any other event', async (log) => {
    expect(await log.append([START])).toBe(1)
    expect(await log.append([thinking('né'), text('a😀')])).toBe(6)
    expect(await log.status()).toEqual({ end: 6, ended: false })
  })

  contract('events are read in the order they came, each with the position after it', async (log) => {
    await log.append([START, thinking('hm')])
    await log.append([text('Hey'), START, text('you'), DONE])
    expect(await log.read(0, ALL)).toEqual([
      { position: 1, event: START },
      { position: 3, event: thinking('hm') },
      { position: 6, event: text('Hey') },
      { position: 7, event: START },
      { position: 10, event: text('you') },
      { position: 11, event: DONE },
    ])
  })

  contract('text that was appended in ten pieces is read as one', async (log) => {
    for (const piece of '0123456789') await log.append([text(piece)])
    expect(await log.read(0, ALL)).toEqual([{ position: 10, event: text('0123456789') }])
  })

  contract('reading changes nothing: the same read gives the same again', async (log) => {
    await log.append([text('ab'), text('cd')])
    const first = await log.read(1, 2)
    await log.append([text('ef')])
    expect(await log.read(1, 2)).toEqual(first)
    expect(await log.read(0, ALL)).toEqual([{ position: 6, event: text('abcdef') }])
  })

  contract('empty text, or no events at all, adds nothing', async (log) => {
    await log.append([text('a')])
    expect(await log.append([text(''), thinking(''), text('')])).toBe(1)
    expect(await log.append([])).toBe(1)
    await log.append([text('b')])
    expect(await log.read(0, ALL)).toEqual([{ position: 2, event: text('ab') }])
  })

  contract('any text is read unchanged: controls, line ends, halves of surrogate pairs', async (log) => {
    const odd = 'a\0\n\r\n\u2028\ud83d|\ude00\u{10ffff}"\\\ufeff'
    await log.append([text(odd), DONE])
    expect(await log.read(0, ALL)).toEqual([
      { position: odd.length, event: text(odd) },
      { position: odd.length + 1, event: DONE },
    ])
  })

  contract('a read moves the position by at most its limit, over all its entries', async (log) => {
    await log.append([START, thinking('abc'), text('def'), DONE])
    expect(await log.read(0, 1)).toEqual([{ position: 1, event: START }])
    expect(await log.read(0, 3)).toEqual([
      { position: 1, event: START },
      { position: 3, event: thinking('ab') },
    ])
    expect(await log.read(2, 3)).toEqual([
      { position: 4, event: thinking('bc') },
      { position: 5, event: text('d') },
    ])
    expect(await log.read(5, 2)).toEqual([{ position: 7, event: text('ef') }])
    expect(await log.read(5, 3)).toEqual([
      { position: 7, event: text('ef') },
      { position: 8, event: DONE },
    ])
  })

  contract('a surrogate pair is not split if that can be avoided', async (log) => {
    await log.append([text('ab😀cd')])
    expect(await log.read(0, 3)).toEqual([{ position: 2, event: text('ab') }])
    expect(await log.read(2, 2)).toEqual([{ position: 4, event: text('😀') }])
    expect(await log.read(2, 1)).toEqual([{ position: 3, event: text('\ud83d') }])
    expect(await log.read(3, ALL)).toEqual([{ position: 6, event: text('\ude00cd') }])
  })

  contract('a surrogate pair after another event is not split', async (log) => {
    await log.append([START, text('😀'), thinking('😀')])
    expect(await log.read(0, 2)).toEqual([{ position: 1, event: START }])
    expect(await log.read(1, 3)).toEqual([{ position: 3, event: text('😀') }])
  })

  contract('a surrogate pair that was appended in two halves is not split either', async (log) => {
    await log.append([text('a\ud83d')])
    await log.append([text('\ude00b')])
    expect(await log.read(0, 2)).toEqual([{ position: 1, event: text('a') }])
    expect(await log.read(0, ALL)).toEqual([{ position: 4, event: text('a😀b') }])
  })

  contract('two halves in different types of text are not a pair', async (log) => {
    await log.append([thinking('a\ud83d'), text('\ude00b')])
    expect(await log.read(0, 2)).toEqual([{ position: 2, event: thinking('a\ud83d') }])
  })

  test.for([4094, 4095, 4096, 4097, 8191, 16_384])(
    `${name}: a pair at %i of a long text is not parted, nor the text merged less`,
    async (offset) => {
      for (const halves of [['😀'], ['\ud83d', '\ude00']]) {
        const log = await createLog()
        for (const batch of batches('x'.repeat(offset))) await log.append(batch)
        for (const half of halves) await log.append([text(half)])
        await log.append([text('yz')])
        expect(await log.read(0, ALL)).toEqual([
          { position: offset + 4, event: text(`${'x'.repeat(offset)}😀yz`) },
        ])
        for (const after of [0, offset - 1]) {
          expect((await log.read(after, offset + 1 - after)).at(-1)?.position).toBe(offset)
          expect((await log.read(after, offset + 2 - after)).at(-1)?.position).toBe(offset + 2)
        }
        expect(await log.read(offset, 1)).toEqual([{ position: offset + 1, event: text('\ud83d') }])
        expect(await log.read(offset + 1, 2)).toEqual([{ position: offset + 3, event: text('\ude00y') }])
      }
    },
  )

  contract(
    'a long text appended in many small pieces can be read from any position, with any limit',
    async (log) => {
      const whole = Array.from({ length: 2500 }, (_, i) => `${i}😀`).join('')
      for (const batch of batches(whole)) await log.append(batch)
      const all = units([text(whole)])
      for (let after = 0; after < whole.length; after += 997) {
        for (const limit of [1, 2, 4095, 4096, 4097, 9000]) {
          const [entry, ...more] = await log.read(after, limit)
          expect(more).toEqual([])
          expect(entry).toEqual(expectedRead(all, after, limit)[0])
        }
      }
    },
  )

  contract('reading at the end returns nothing, whether the log has ended or not', async (log) => {
    await log.append([text('abc')])
    expect(await log.read(3, ALL)).toEqual([])
    await log.append([DONE])
    expect(await log.read(4, ALL)).toEqual([])
  })

  contract('reading beyond the end is refused, until the log has grown', async (log) => {
    await expect(log.read(1, 10)).rejects.toMatchObject({ name: 'RunsError', code: 'position_beyond_end' })
    await log.append([text('abc')])
    await expect(log.read(4, 10)).rejects.toMatchObject({ code: 'position_beyond_end' })
    await log.append([DONE])
    expect(await log.read(4, 10)).toEqual([])
    await expect(log.read(5, 10)).rejects.toMatchObject({ code: 'position_beyond_end' })
  })

  test.for([DONE, OVERLOADED])(
    `${name}: $type ends the log, and is read by a reader that comes late`,
    async (terminal) => {
      const log = await createLog()
      expect(await log.append([text('abc'), terminal])).toBe(4)
      expect(await log.status()).toEqual({ end: 4, ended: true })
      expect(await log.read(3, 1)).toEqual([{ position: 4, event: terminal }])
      expect((await log.read(0, ALL)).at(-1)).toEqual({ position: 4, event: terminal })
    },
  )

  test.for([
    ['a text', [text('more')]],
    ['a second end', [OVERLOADED]],
    ['several events', [text('more'), DONE]],
  ] as const)(`${name}: %s after the end is refused, and none of it added`, async ([, more]) => {
    const log = await createLog()
    await log.append([text('abc'), DONE])
    await expect(log.append(more)).rejects.toMatchObject({ name: 'RunsError', code: 'log_ended' })
    expect(await log.status()).toEqual({ end: 4, ended: true })
    expect((await log.read(3, ALL)).map(({ event }) => event)).toEqual([DONE])
  })

  test.for([
    ['text', [text('b'), DONE, text('c')]],
    ['empty text', [text('b'), DONE, text('')]],
    ['a second end', [text('b'), DONE, OVERLOADED]],
  ] as const)(
    `${name}: an append with %s behind its end is refused whole, and the log goes on`,
    async ([, wrong]) => {
      const log = await createLog()
      await log.append([text('a')])
      await expect(log.append(wrong)).rejects.toMatchObject({ name: 'RunsError', code: 'log_ended' })
      expect(await log.status()).toEqual({ end: 1, ended: false })
      expect(await log.append([text('z')])).toBe(2)
      expect(await log.read(0, ALL)).toEqual([{ position: 2, event: text('az') }])
    },
  )

  contract(
    'a watcher is woken by every append that moves the end, once it is in, and by no other',
    async (log) => {
      const ends: Promise<number>[] = []
      log.watch(() => ends.push(log.status().then(({ end }) => end)))
      await log.append([text('ab')])
      await log.append([text('')])
      await log.append([text('c'), thinking('d')])
      await expect(log.append([DONE, text('e')])).rejects.toMatchObject({ code: 'log_ended' })
      await log.append([DONE])
      expect(await Promise.all(ends)).toEqual([2, 4, 5])
    },
  )

  contract('every watcher is woken until it stops watching', async (log) => {
    const woken: string[] = []
    const unwatch = log.watch(() => woken.push('one'))
    log.watch(() => woken.push('other'))
    await log.append([text('a')])
    unwatch()
    unwatch()
    await log.append([text('b')])
    expect(woken.toSorted()).toEqual(['one', 'other', 'other'])
  })

  contract('a watcher may stop watching when it is woken, and the others are still woken', async (log) => {
    let others = 0
    const unwatch = log.watch(() => unwatch())
    log.watch(() => others++)
    await log.append([text('a')])
    await log.append([text('b')])
    expect(others).toBe(2)
  })

  contract('concurrent readers with any speed and limit read the same to the end', async (log) => {
    const followers = [1, 2, 3, 5, 100, ALL].map((limit) => follow(log, { limit }))
    const written: RunEvent[] = [START]
    for (let i = 0; i < 40; i++) written.push(i % 7 === 0 ? thinking(`${i}🤔`) : text(`${i}😀`))
    for (const event of written) {
      await log.append([event])
      if (event.type === 'thinking') await delay(1)
    }
    await log.append([DONE])
    const late = [follow(log, { limit: 4 }), follow(log, { limit: ALL })]
    for (const entries of await Promise.all([...followers, ...late])) {
      expect(mergeEvents(entries.map(({ event }) => event))).toEqual(mergeEvents([...written, DONE]))
    }
  })

  contract('a reader resumed at every position of a run gets exactly the rest', async (log) => {
    const thoughts = ['hm ', '🤔', ' so'].map(thinking)
    const words = ['Hi ', '👩‍👩‍👧', '!', '\ud83d', '\ude00', '.\n'].map(text)
    const events = [START, ...thoughts, ...words, thinking('😀'), text('😀😀'), OVERLOADED]
    for (const event of events) await log.append([event])
    const all = units(events)
    for (let after = 0; after <= all.length; after++) {
      for (const limit of [1, 2, 3, 7, ALL]) {
        const entries = await follow(log, { after, limit })
        expect(units(entries.map(({ event }) => event))).toEqual(all.slice(after))
        expect(entries.map(({ position }) => position)).toEqual(positions(after, entries))
      }
    }
  })

  test(`${name}: property: a read is what was appended, cut at its limit, however it was appended`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyPieces, { maxLength: 4 }),
        fc.option(fc.oneof(anyDone, anyError)),
        fc.array(fc.tuple(fc.nat({ max: 99 }), fc.integer({ min: 1, max: 12 })), { maxLength: 30 }),
        async (appends, end, reads) => {
          const log = await createLog()
          for (const events of appends) await log.append(events)
          if (end !== null) await log.append([end])
          const all = units([...appends.flat(), ...(end === null ? [] : [end])])
          expect(await log.status()).toEqual({ end: all.length, ended: end !== null })
          for (const [somewhere, limit] of reads) {
            const after = somewhere % (all.length + 1)
            expect(await log.read(after, limit)).toEqual(expectedRead(all, after, limit))
          }
        },
      ),
      { numRuns: 100 },
    )
  })

  test(`${name}: property: any interleaving of appends, reads, cuts and reconnects yields the same`, async () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ do: fc.constant('append'), events: anyPieces }) },
      {
        weight: 4,
        arbitrary: fc.record({ do: fc.constant('read'), limit: fc.integer({ min: 1, max: 20 }) }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('reconnect'), lost: fc.nat({ max: 9 }) }) },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.oneof(anyDone, anyError), async (steps, end) => {
        const log = await createLog()
        const written: RunEvent[] = []
        // The received events, one per code unit, so that the length is the reader's position.
        let held: RunEvent[] = []
        const read = async (limit: number) => {
          const entries = await log.read(held.length, limit)
          held.push(...units(entries.map(({ event }) => event)))
          expect(entries.at(-1)?.position ?? held.length).toBe(held.length)
        }
        for (const now of steps) {
          if (now.do === 'append') {
            written.push(...now.events)
            await log.append(now.events)
          } else if (now.do === 'read') {
            await read(now.limit)
          } else {
            // Frames that were sent but did not arrive.
            held = held.slice(0, Math.max(0, held.length - now.lost))
          }
        }
        await log.append([end])
        while (held.at(-1)?.type !== end.type) await read(3)
        expect(mergeEvents(held)).toEqual(mergeEvents([...written, end]))
      }),
      { numRuns: 100 },
    )
  })
}

/** `whole` as a model would write it: a few characters an event, a few events an append. */
function* batches(whole: string): Generator<RunEvent[]> {
  for (let i = 0; i < whole.length; i += 105) {
    const batch = whole.slice(i, i + 105)
    yield Array.from({ length: Math.ceil(batch.length / 7) }, (_, j) => text(batch.slice(j * 7, j * 7 + 7)))
  }
}

function positions(after: number, entries: readonly LogEntry[]): number[] {
  return entries.map((_, i) => after + units(entries.slice(0, i + 1).map(({ event }) => event)).length)
}

/** A reader as the package's own does it: read, sleep until the log has changed, until the end of the run. */
async function follow(
  log: Log,
  { after = 0, limit }: { after?: number; limit: number },
): Promise<LogEntry[]> {
  const entries: LogEntry[] = []
  const sleeper = new Sleeper()
  const unwatch = log.watch(sleeper.wake)
  for (;;) {
    const found = await log.read(entries.at(-1)?.position ?? after, limit)
    entries.push(...found)
    const last = found.at(-1)
    if (last === undefined) {
      if ((await log.status()).ended) break
      await sleeper.sleep()
    } else if (isTerminal(last.event)) break
  }
  unwatch()
  return entries
}
