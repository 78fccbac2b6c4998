import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { PATIENCE_MS } from './observe-flow.ts'
import type { Question } from './prompts.ts'
import type { SluiceClient } from './sluice-client.ts'

/** What became of an answer whose only reader left: `abandoned` is what should. */
export type Departure = 'abandoned' | 'went on' | 'went on to its end'

/** Past the grace, for the way there and for the server. */
const MARGIN_MS = 2500

/** Starts an answer, hangs up, and looks after the grace what has become of it. */
export async function observeDeparture(
  client: SluiceClient,
  question: Question,
  graceMs: number,
): Promise<Departure> {
  const { prompt, ...options } = question
  const runId = await client.start(prompt, options)
  const reader = client.read(runId, { readerId: randomUUID() })
  await reader.until(({ position }) => position > 0, PATIENCE_MS)
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
