import { TRPCClientError } from '@trpc/client'
import { expect, test } from 'vitest'
import { createManualClock } from '../run/testing/manual-clock.ts'
import { createStarter } from './starter.ts'
import { MAX_ATTEMPTS } from './until-answered.ts'

const INPUT = { runId: 'run', messages: [{ role: 'user' as const, content: 'Why?' }] }

/** How the server takes a start: it pays for it or not, and its answer arrives or not. */
type Fate = 'answered' | 'heard, answer lost' | 'not heard' | 'draining'

/** A server that forgets everything at a restart, and a network that is as bad as it is told to be. */
function setup(fates: Fate[]) {
  const clock = createManualClock()
  const sent: string[] = []
  let claims = new Set<string>()
  let epoch = 'first'
  let up = true
  let paid = 0
  const start = createStarter(
    {
      async epoch() {
        if (!up) throw new TRPCClientError('fetch failed')
        return epoch
      },
      async start(input) {
        sent.push(input.epoch)
        const fate = fates.shift() ?? 'answered'
        if (fate === 'not heard') throw new TRPCClientError('fetch failed')
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
    /** Resolves to `started`, or to the code of the refusal. */
    ask: () =>
      start(INPUT).then(
        () => 'started',
        (error: TRPCClientError<never>) => codeOf(error) ?? 'nobody answered',
      ),
    down() {
      up = false
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

function codeOf(error: TRPCClientError<never>): string | undefined {
  return (error.data as { code?: string } | undefined)?.code
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
  expect(await asked).toBe('nobody answered')
  restart()
  const again = ask()
  await clock.advance(5000)
  expect(await again).toBe('PRECONDITION_FAILED')
  expect(paid()).toBe(1)
})
