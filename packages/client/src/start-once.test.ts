import { TRPCClientError } from '@trpc/client'
import { expect, test } from 'vitest'
import { createManualClock } from './testing/manual-clock.ts'
import { createStartOnce } from './start-once.ts'
import { MAX_ATTEMPTS } from './retry.ts'

const INPUT = { runId: 'run', messages: [{ role: 'user' as const, content: 'Why?' }] }

/** How the server takes a start: it pays for it or not, and its answer arrives or not. */
type Fate = 'answered' | 'heard, answer lost' | 'not heard' | 'refused on the way' | 'draining'

/** A server that forgets everything at a restart, and a network that is as bad as it is told to be. */
function setup(fates: Fate[]) {
  const clock = createManualClock()
  const sent: string[] = []
  let claims = new Set<string>()
  let epoch = 'first'
  let up: boolean | 'silent' = true
  let paid = 0
  const start = createStartOnce(
    {
      async epoch() {
        if (up === 'silent') await new Promise(() => {})
        if (!up) throw new TRPCClientError('fetch failed')
        return epoch
      },
      async start(input) {
        sent.push(input.epoch)
        const fate = fates.shift() ?? 'answered'
        if (fate === 'not heard') throw new TRPCClientError('fetch failed')
        if (fate === 'refused on the way') throw proxyRefusal()
        if (fate === 'draining') throw refused('SERVICE_UNAVAILABLE', 503)
        if (!claims.has(input.runId)) {
          if (input.epoch !== epoch) throw refused('PRECONDITION_FAILED', 412)
          claims.add(input.runId)
          paid += 1
        }
        if (fate === 'heard, answer lost') throw new TRPCClientError('fetch failed')
      },
    },
    clock,
  )
  return {
    clock,
    sent,
    paid: () => paid,
    /** How the start ended; of a refusal by the server, its code. */
    async ask(unwanted?: AbortSignal) {
      const end = await start(INPUT, unwanted)
      return end.type === 'refused' ? (end.error.data?.code ?? end.type) : end.type
    },
    down(how: 'refuses' | 'says nothing' = 'refuses') {
      up = how === 'refuses' ? false : 'silent'
    },
    restart() {
      up = true
      claims = new Set()
      epoch = 'second'
    },
  }
}

function refused(code: string, httpStatus: number) {
  return new TRPCClientError(code, {
    result: { error: { message: code, code: -32_012, data: { code, httpStatus } } },
  })
}

/** A page of some proxy's own. */
function proxyRefusal() {
  const error = new TRPCClientError('Unexpected token <')
  error.meta = { response: new Response('<h1>Slow down</h1>', { status: 429 }) }
  return error
}

test('a start whose answer was lost is repeated in its own epoch, and paid for once', async () => {
  const { clock, ask, sent, paid } = setup(['heard, answer lost', 'not heard'])
  const asked = ask()
  await clock.advance(5000)
  expect(await asked).toBe('started')
  expect(sent).toEqual(['first', 'first', 'first'])
  expect(paid()).toBe(1)
})

test('a start whose answer was lost in a restart is not made again: somebody must decide', async () => {
  const { clock, ask, sent, paid, restart } = setup(['heard, answer lost'])
  const asked = ask()
  await clock.advance(0)
  restart()
  await clock.advance(5000)
  expect(await asked).toBe('PRECONDITION_FAILED')
  expect(sent).toEqual(['first', 'first'])
  expect(paid()).toBe(1)
})

test('a start is not sent to a server that is away, and made when it is back', async () => {
  const { clock, ask, sent, paid, down, restart } = setup([])
  down()
  const asked = ask()
  await clock.advance(3000)
  expect(sent).toEqual([])
  restart()
  await clock.advance(5000)
  expect(await asked).toBe('started')
  expect(sent).toEqual(['second'])
  expect(paid()).toBe(1)
})

test('a start that a draining server refused is made with the next one', async () => {
  const { clock, ask, sent, paid, restart } = setup(['draining'])
  const asked = ask()
  await clock.advance(0)
  restart()
  await clock.advance(5000)
  expect(await asked).toBe('started')
  expect(sent).toEqual(['first', 'second'])
  expect(paid()).toBe(1)
})

test('a server that was restarted in the instant before a first start gets it once more', async () => {
  const { clock, ask, sent, paid, restart } = setup([])
  const asked = ask()
  // It has told its epoch, and not yet been sent the start.
  restart()
  await clock.advance(5000)
  expect(await asked).toBe('started')
  expect(sent).toEqual(['first', 'second'])
  expect(paid()).toBe(1)
})

test('the epoch of a start that was never answered is kept for when it is asked again', async () => {
  const lost = Array.from(
    { length: MAX_ATTEMPTS },
    (_, i) => (i === 0 ? 'heard, answer lost' : 'not heard') as Fate,
  )
  const { clock, ask, paid, restart } = setup(lost)
  const asked = ask()
  await clock.advance(300_000)
  expect(await asked).toBe('unanswered')
  restart()
  const again = ask()
  await clock.advance(5000)
  expect(await again).toBe('PRECONDITION_FAILED')
  expect(paid()).toBe(1)
})

test('of a server that stays away nothing is asked for ever, and nothing is sent', async () => {
  const { clock, ask, sent, down } = setup([])
  down()
  const asked = ask()
  await clock.advance(300_000)
  expect(await asked).toBe('unheard')
  expect(sent).toEqual([])
  expect(clock.pending()).toBe(0)
})

test('what is no longer wanted before it was sent is not sent, even while the server says nothing', async () => {
  const { ask, sent, down, restart } = setup([])
  down('says nothing')
  const stop = new AbortController()
  const asked = ask(stop.signal)
  stop.abort()
  expect(await asked).toBe('unheard')
  restart()
  expect(sent).toEqual([])
})

test('a proxy that refuses the first start has not let it through: that is final', async () => {
  const { ask, sent } = setup(['refused on the way'])
  expect(await ask()).toBe('refused')
  expect(sent).toHaveLength(1)
})

test('a proxy that refuses a repeated start says nothing of the first one', async () => {
  const { clock, ask, sent, paid } = setup(['heard, answer lost', 'refused on the way', 'refused on the way'])
  const asked = ask()
  await clock.advance(5000)
  expect(await asked).toBe('started')
  expect(sent).toHaveLength(4)
  expect(paid()).toBe(1)
})

test('a proxy that goes on refusing a repeated start, until it is given up, has not refused the first one', async () => {
  const refusals = Array.from({ length: MAX_ATTEMPTS }, (): Fate => 'refused on the way')
  const { clock, ask, paid } = setup(['heard, answer lost', ...refusals.slice(1)])
  const asked = ask()
  await clock.advance(300_000)
  expect(await asked).toBe('unanswered')
  expect(await ask()).toBe('started')
  expect(paid()).toBe(1)
})

test('what a draining server turned away is not heard, also when it is no longer wanted', async () => {
  const { clock, ask, sent } = setup(['draining'])
  const stop = new AbortController()
  const asked = ask(stop.signal)
  await clock.advance(0)
  stop.abort()
  expect(await asked).toBe('unheard')
  expect(sent).toHaveLength(1)
})
