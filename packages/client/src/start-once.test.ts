import { TRPCClientError } from '@trpc/client'
import { expect, test } from 'vitest'
import { createManualClock } from './testing/manual-clock.ts'
import { createStartOnce } from './start-once.ts'
import { MAX_ATTEMPTS } from './retry.ts'

const INPUT = { runId: 'run', messages: [{ role: 'user' as const, content: 'Why?' }] }

/** How the server takes a start: it pays for it or not, and its answer arrives or not. */
type Fate = 'answered' | 'heard, answer lost' | 'not heard' | 'refused on the way' | 'draining' | 'refused'

/** A server that claims run ids for good, and a network that is as bad as it is told to be. */
function setup(fates: Fate[]) {
  const clock = createManualClock()
  const claims = new Set<string>()
  let hasSession: boolean | 'silent' = true
  let sent = 0
  let paid = 0
  const start = createStartOnce(
    {
      async ready() {
        if (hasSession === 'silent') await new Promise(() => {})
        if (!hasSession) throw new TRPCClientError('fetch failed')
      },
      async start({ runId }) {
        sent += 1
        const fate = fates.shift() ?? 'answered'
        if (fate === 'not heard') throw new TRPCClientError('fetch failed')
        if (fate === 'refused on the way') throw proxyRefusal()
        if (fate === 'draining') throw refused('SERVICE_UNAVAILABLE', 503)
        if (fate === 'refused') throw refused('TOO_MANY_REQUESTS', 429)
        if (!claims.has(runId)) {
          claims.add(runId)
          paid += 1
        }
        if (fate === 'heard, answer lost') throw new TRPCClientError('fetch failed')
      },
    },
    clock,
  )
  return {
    clock,
    sent: () => sent,
    paid: () => paid,
    /** How the start ended; for a refusal by the server, its code. */
    async ask(unwanted?: AbortSignal) {
      const end = await start(INPUT, unwanted)
      return end.type === 'refused' ? (end.error.data?.code ?? end.type) : end.type
    },
    session(how: boolean | 'silent') {
      hasSession = how
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

test('a start whose answer was lost is repeated until it is answered, and paid for once', async () => {
  const { clock, ask, sent, paid } = setup(['heard, answer lost', 'not heard'])
  const asked = ask()
  await clock.advance(5000)
  expect(await asked).toBe('started')
  expect([sent(), paid()]).toEqual([3, 1])
})

test('a start that a draining server refused is made with the next one', async () => {
  const { clock, ask, sent, paid } = setup(['draining'])
  const asked = ask()
  await clock.advance(5000)
  expect(await asked).toBe('started')
  expect([sent(), paid()]).toEqual([2, 1])
})

test('what the server refuses is not asked again, also when an earlier attempt had no answer', async () => {
  const { clock, ask, sent } = setup(['not heard', 'refused'])
  const asked = ask()
  await clock.advance(5000)
  expect(await asked).toBe('TOO_MANY_REQUESTS')
  expect(sent()).toBe(2)
})

test('of a server that stays away nothing is asked for ever; asked again, the start is the same one', async () => {
  const lost = Array.from(
    { length: MAX_ATTEMPTS },
    (_, i) => (i === 0 ? 'heard, answer lost' : 'not heard') as Fate,
  )
  const { clock, ask, paid, sent } = setup(lost)
  const asked = ask()
  await clock.advance(300_000)
  expect(await asked).toBe('unanswered')
  expect([sent(), clock.pending()]).toEqual([MAX_ATTEMPTS, 0])
  expect(await ask()).toBe('started')
  expect(paid()).toBe(1)
})

test('a start is not sent before the page has a session', async () => {
  const { clock, ask, sent, paid, session } = setup([])
  session(false)
  const asked = ask()
  await clock.advance(3000)
  expect(sent()).toBe(0)
  session(true)
  await clock.advance(5000)
  expect(await asked).toBe('started')
  expect([sent(), paid()]).toEqual([1, 1])
})

test('without a session, nothing is sent and nothing is asked for ever', async () => {
  const { clock, ask, sent, session } = setup([])
  session(false)
  const asked = ask()
  await clock.advance(300_000)
  expect(await asked).toBe('unheard')
  expect([sent(), clock.pending()]).toEqual([0, 0])
})

test('what is no longer wanted before it was sent is not sent, even while the server says nothing', async () => {
  const { ask, sent, session } = setup([])
  session('silent')
  const stop = new AbortController()
  const asked = ask(stop.signal)
  stop.abort()
  expect(await asked).toBe('unheard')
  session(true)
  expect(sent()).toBe(0)
})

test('a proxy’s refusal of the first start is final: it did not let it through', async () => {
  const { ask, sent } = setup(['refused on the way'])
  expect(await ask()).toBe('refused')
  expect(sent()).toBe(1)
})

test('a proxy’s refusal of a repeated start says nothing about the first one', async () => {
  const { clock, ask, sent, paid } = setup(['heard, answer lost', 'refused on the way', 'refused on the way'])
  const asked = ask()
  await clock.advance(5000)
  expect(await asked).toBe('started')
  expect(sent()).toBe(4)
  expect(paid()).toBe(1)
})

test('repeated refusals of a proxy do not count as a refusal of the first start', async () => {
  const refusals = Array.from({ length: MAX_ATTEMPTS }, (): Fate => 'refused on the way')
  const { clock, ask, paid } = setup(['heard, answer lost', ...refusals.slice(1)])
  const asked = ask()
  await clock.advance(300_000)
  expect(await asked).toBe('unanswered')
  expect(await ask()).toBe('started')
  expect(paid()).toBe(1)
})

test('a start that a server refused while shutting down counts as not received, also after an abort', async () => {
  const { clock, ask, sent } = setup(['draining'])
  const stop = new AbortController()
  const asked = ask(stop.signal)
  await clock.advance(0)
  stop.abort()
  expect(await asked).toBe('unheard')
  expect(sent()).toBe(1)
})
