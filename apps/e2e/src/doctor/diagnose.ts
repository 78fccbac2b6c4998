import { checkBody, checkHttp } from './check-connection.ts'
import { proxiesSeen } from './fixes.ts'
import type { Finding } from './finding.ts'
import { findingsOfFlow } from './findings-of-flow.ts'
import { type Departure, observeDeparture } from './observe-departure.ts'
import { observeFlow } from './observe-flow.ts'
import { observeSilence, type Silence, SILENCE_MS } from './observe-silence.ts'
import type { Questions } from './prompts.ts'
import type { Target } from './reach.ts'

/** Measures everything at once, and yields each finding as soon as it is known, always in the same order. */
export async function* diagnose(
  target: Target,
  { questions, graceMs }: { questions: Questions; graceMs: number },
): AsyncGenerator<Finding> {
  const { flowing, left, silent } = questions
  const flow = target.visitor().then((client) => observeFlow(client, flowing))
  const departure = target.visitor().then((client) => observeDeparture(client, left, graceMs))
  const silence = silent && target.visitor().then((client) => observeSilence(client, silent))
  // Awaited one after the other. Without a handler, an early failure of a later one would end the process.
  for (const observation of [flow, departure, silence]) observation?.catch(() => {})

  yield checkHttp(target)
  yield await checkBody(target)
  yield* findingsOfFlow(await flow, proxiesSeen(target.headers))
  yield departureFinding(await departure, graceMs)
  yield pingFinding(await silence)
}

function departureFinding(departure: Departure, graceMs: number): Finding {
  const check = 'disconnect'
  const grace = `${graceMs / 1000} s`
  if (departure === 'abandoned')
    return {
      check,
      level: 'ok',
      summary: `A closed tab is noticed: the answer ends after the grace of ${grace}.`,
    }
  return {
    check,
    level: 'failure',
    summary: `A closed tab is not noticed: ${grace} after the only reader left, the answer ${departure}.`,
    fix: [
      'If GRACE_MS is longer than that, pass it: --grace <seconds>',
      'nginx: remove `proxy_ignore_client_abort on;`. Other proxies: close the connection to Sluice when the browser closes its own.',
      'Until then an answer without readers only ends with the lease (LEASE_MS, 75 s).',
    ],
  }
}

function pingFinding(silence: Silence | undefined): Finding {
  const check = 'pings'
  if (silence === undefined)
    return {
      check,
      level: 'skipped',
      summary:
        'Pings were not measured: only the simulator can be told to pause. Deploy once with SIMULATOR=1 to measure them.',
    }
  if (silence.cut)
    return {
      check,
      level: 'failure',
      summary: `A silent stream is cut within ${SILENCE_MS / 1000} s, after ${silence.pings} pings: long thinking would be cut too.`,
      fix: ['A proxy closes a connection after less than 5 s of silence. nginx: proxy_read_timeout 60s;'],
    }
  if (silence.pings < 2)
    return {
      check,
      level: 'failure',
      summary: `Pings do not arrive: ${silence.pings} in ${SILENCE_MS / 1000} s instead of one every 5 s. Browsers reconnect after 15 s without one.`,
      fix: ['A proxy buffers the stream: see the fixes for delivery.'],
    }
  if (!silence.hasText)
    return {
      check,
      level: 'failure',
      summary: 'The last text before a pause is buffered until a ping arrives.',
      fix: ['A proxy buffers the stream: see the fixes for delivery.'],
    }
  return { check, level: 'ok', summary: 'Pings arrive every 5 s while Claude is silent.' }
}
