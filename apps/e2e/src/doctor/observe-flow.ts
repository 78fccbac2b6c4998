import type { IncomingHttpHeaders } from 'node:http'
import type { TerminalEvent } from '@sluice/events'
import type { Question } from './prompts.ts'
import type { RunReader } from './run-reader.ts'
import type { SluiceClient } from './sluice-client.ts'

/** What became of an answer on its way here. */
export interface Flow {
  readonly headers: IncomingHttpHeaders
  readonly status: number | undefined
  /** From asking for the events to the first words, in ms; undefined: none came before Stop. */
  readonly firstWordsMs: number | undefined
  /** How many pieces of text came, and in how many reads from the connection, before it was dropped. */
  readonly frames: number
  readonly reads: number
  /** Whether a dropped connection could go on where it was; undefined where nothing had come to go on from. */
  readonly resume: 'identical' | 'different' | 'silent' | undefined
  /** From Stop to the end of the answer, in ms; undefined: no end came. */
  readonly stopMs: number | undefined
  readonly terminal: TerminalEvent | undefined
  /** What the server, or a proxy, said instead of an answer. */
  readonly refusal: string | undefined
}

/** How long, in ms, a stream may take to say anything. */
export const PATIENCE_MS = 6000
const LISTEN_MS = 2000
const STOP_PATIENCE_MS = 6000

/**
 * Follows a long answer, drops the connection in the middle, goes on from its last position, stops it, and reads
 * all of it again to compare.
 */
export async function observeFlow(client: SluiceClient, question: Question): Promise<Flow> {
  const { prompt, ...options } = question
  const runId = await client.start(prompt, options)
  const askedAt = performance.now()
  const first = client.read(runId)
  const spoke = await first.until((reader) => words(reader) > 0, PATIENCE_MS)
  const firstWordsMs = spoke ? performance.now() - askedAt : undefined
  if (spoke) await first.until(({ ended }) => ended, LISTEN_MS)
  const { frames, reads } = countFrames(first)

  let last = first
  if (spoke && !first.ended) {
    first.drop()
    await first.until(({ ended }) => ended, PATIENCE_MS)
    last = client.read(runId, { after: first.position })
    await last.until((reader) => words(reader) > 0, PATIENCE_MS)
  }
  const resumed = last !== first && words(last) > 0

  const stoppedAt = performance.now()
  await client.stop(runId)
  const over = await last.until(({ terminal }) => terminal !== undefined, STOP_PATIENCE_MS)
  const stopMs = over ? performance.now() - stoppedAt : undefined

  const whole = client.read(runId)
  await whole.until(({ ended }) => ended, STOP_PATIENCE_MS)
  const identical = whole.text === first.text + last.text && last.gapAt === undefined
  for (const reader of [first, last, whole]) reader.drop()
  return {
    headers: first.headers,
    status: first.status,
    firstWordsMs,
    frames,
    reads,
    resume: last === first ? undefined : !resumed ? 'silent' : identical ? 'identical' : 'different',
    stopMs,
    terminal: last.terminal,
    refusal: first.refusal ?? first.failure?.message,
  }
}

function words(reader: RunReader): number {
  return reader.count('text', 'thinking')
}

function countFrames({ arrivals }: RunReader): { frames: number; reads: number } {
  const pieces = arrivals.filter(({ name }) => name === 'text' || name === 'thinking')
  return { frames: pieces.length, reads: new Set(pieces.map(({ read }) => read)).size }
}
