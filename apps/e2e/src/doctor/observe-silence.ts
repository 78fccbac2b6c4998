import { PATIENCE_MS } from './observe-flow.ts'
import type { Question } from './prompts.ts'
import type { SluiceClient } from './sluice-client.ts'

/** What came while Claude said nothing. */
export interface Silence {
  /** Whether the few words before it came while it lasted. */
  readonly heard: boolean
  readonly pings: number
  /** The connection did not outlast it. */
  readonly cut: boolean
}

/** Two pings, 5 s apart, and time for the way. */
export const SILENCE_MS = 13_000

export async function observeSilence(client: SluiceClient, question: Question): Promise<Silence> {
  const { prompt, ...options } = question
  const runId = await client.start(prompt, options)
  const reader = client.read(runId)
  const beganAt = performance.now()
  const heard = await reader.until(({ text }) => text !== '', PATIENCE_MS)
  await reader.until(
    ({ ended }) => ended || reader.count('ping') >= 2,
    Math.max(0, SILENCE_MS - (performance.now() - beganAt)),
  )
  const silence = { heard, pings: reader.count('ping'), cut: reader.ended }
  await client.stop(runId)
  reader.drop()
  return silence
}
