import { READ_TIMEOUT_MS } from './observe-flow.ts'
import type { Question } from './prompts.ts'
import type { SluiceClient } from '../web-client/sluice-client.ts'

/** What arrived while Claude sent nothing. */
export interface Silence {
  /** Whether the text before the pause arrived during it. */
  readonly hasText: boolean
  readonly pings: number
  /** Whether the connection was closed during the pause. */
  readonly cut: boolean
}

/** Time for two pings, 5 s apart, and their way, in ms. */
export const SILENCE_MS = 13_000

export async function observeSilence(client: SluiceClient, question: Question): Promise<Silence> {
  const { prompt, ...options } = question
  const runId = await client.start(prompt, options)
  const reader = client.read(runId)
  const beganAt = performance.now()
  const hasText = await reader.until(({ text }) => text !== '', READ_TIMEOUT_MS)
  await reader.until(
    ({ ended }) => ended || reader.count('ping') >= 2,
    Math.max(0, SILENCE_MS - (performance.now() - beganAt)),
  )
  const silence = { hasText, pings: reader.count('ping'), cut: reader.ended }
  await client.stop(runId)
  reader.drop()
  return silence
}
