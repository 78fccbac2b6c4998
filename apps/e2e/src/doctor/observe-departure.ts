import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { READ_TIMEOUT_MS } from './observe-flow.ts'
import type { Question } from './prompts.ts'
import type { SluiceClient } from '../web-client/sluice-client.ts'

/** What happened to an answer whose only reader left. `abandoned` is correct. */
export type Departure = 'abandoned' | 'went on' | 'went on to its end'

/** Extra time after the grace for network and server, in ms. */
const MARGIN_MS = 2500

/** Starts an answer, disconnects, and checks after the grace whether it has ended. */
export async function observeDeparture(
  client: SluiceClient,
  question: Question,
  graceMs: number,
): Promise<Departure> {
  const { prompt, ...options } = question
  const runId = await client.start(prompt, options)
  const reader = client.read(runId, { readerId: randomUUID() })
  await reader.until(({ position }) => position > 0, READ_TIMEOUT_MS)
  reader.drop()
  await wait(graceMs + MARGIN_MS)
  const late = client.read(runId)
  await late.until(({ terminal }) => terminal !== undefined, 2000)
  late.drop()
  const { terminal } = late
  if (terminal?.type === 'error' && terminal.code === 'abandoned') return 'abandoned'
  await client.stop(runId)
  return terminal === undefined ? 'went on' : 'went on to its end'
}
