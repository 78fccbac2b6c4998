import type { IncomingHttpHeaders } from 'node:http'
import type { TerminalEvent } from '@sluice/events'
import type { Question } from './prompts.ts'
import type { RunReader } from '../web-client/run-reader.ts'
import type { SluiceClient } from '../web-client/sluice-client.ts'

/** The measurements of one answer. */
export interface Flow {
  readonly headers: IncomingHttpHeaders
  readonly status: number | undefined
  /** Time from the subscription to the first text, in ms; undefined if none arrived before Stop. */
  readonly firstWordsMs: number | undefined
  /** Number of frames of text before the drop, and of reads from the connection in which they arrived. */
  readonly frames: number
  readonly reads: number
  /** Whether a dropped connection could be resumed; undefined if no text had arrived before. */
  readonly resume: 'identical' | 'different' | 'silent' | undefined
  /** Time from Stop to the end of the answer, in ms; undefined if it did not end. */
  readonly stopMs: number | undefined
  readonly terminal: TerminalEvent | undefined
  /** The error of the server or a proxy, if there was no answer. */
  readonly refusal: string | undefined
}

/** How long a stream may take to deliver text, in ms. */
export const READ_TIMEOUT_MS = 6000
const STREAM_MS = 2000
const STOP_TIMEOUT_MS = 6000

/**
 * Follows a long answer, drops the connection in the middle, resumes at its last position, stops the answer, and reads
 * all of it again to compare.
 */
export async function observeFlow(client: SluiceClient, question: Question): Promise<Flow> {
  const { prompt, ...options } = question
  const runId = await client.start(prompt, options)
  const askedAt = performance.now()
  const first = client.read(runId)
  const hasText = await first.until((reader) => words(reader) > 0, READ_TIMEOUT_MS)
  const firstWordsMs = hasText ? performance.now() - askedAt : undefined
  if (hasText) await first.until(({ ended }) => ended, STREAM_MS)
  const { frames, reads } = countFrames(first)

  let last = first
  if (hasText && !first.ended) {
    first.drop()
    await first.until(({ ended }) => ended, READ_TIMEOUT_MS)
    last = client.read(runId, { after: first.position })
    await last.until((reader) => words(reader) > 0, READ_TIMEOUT_MS)
  }
  const resumed = last !== first && words(last) > 0

  const stoppedAt = performance.now()
  await client.stop(runId)
  const over = await last.until(({ terminal }) => terminal !== undefined, STOP_TIMEOUT_MS)
  const stopMs = over ? performance.now() - stoppedAt : undefined

  const whole = client.read(runId)
  await whole.until(({ ended }) => ended, STOP_TIMEOUT_MS)
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
