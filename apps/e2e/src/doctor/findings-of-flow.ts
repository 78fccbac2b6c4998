import { bufferingFixes } from './fixes.ts'
import type { Finding } from './finding.ts'
import type { Flow } from './observe-flow.ts'

/** Frames are sent about 100 ms apart. This many in one read were buffered for a good part of a second. */
const BUFFERED_FRAMES_PER_READ = 4
/** With fewer frames, bursts cannot be detected. */
const ENOUGH_FRAMES = 8
const PROMPT_STOP_MS = 2000

export function findingsOfFlow(flow: Flow, proxies: readonly string[]): Finding[] {
  const delivery = deliveryFinding(flow, proxies)
  const isBuffered = delivery.level === 'failure'
  return [delivery, resumeFinding(flow), stopFinding(flow), headersFinding(flow, { isBuffered })]
}

function deliveryFinding(flow: Flow, proxies: readonly string[]): Finding {
  const { firstWordsMs, frames, reads, terminal, refusal } = flow
  const check = 'delivery'
  if (terminal?.type === 'error' && frames === 0)
    return { check, level: 'failure', summary: `The answer failed: ${terminal.message}` }
  if (refusal !== undefined && frames === 0)
    return { check, level: 'failure', summary: `The stream was refused or cut: ${refusal}.` }
  const fix = bufferingFixes(flow.headers, proxies)
  if (firstWordsMs === undefined) {
    const summary = terminal
      ? 'A proxy buffers the stream: no text arrived until the answer ended, then all of it at once.'
      : 'No text arrived, not even after the answer was stopped.'
    return { check, level: 'failure', summary, fix }
  }
  if (frames >= ENOUGH_FRAMES && frames / reads >= BUFFERED_FRAMES_PER_READ) {
    const summary = `A proxy buffers the stream: text arrives in bursts, ${frames} frames in ${reads} reads, the first after ${ms(firstWordsMs)}.`
    return { check, level: 'failure', summary, fix }
  }
  const summary = `Text arrives as it is written: the first after ${ms(firstWordsMs)}, then ${frames} frames in ${reads} reads.`
  return { check, level: 'ok', summary }
}

function resumeFinding({ resume }: Flow): Finding {
  const check = 'resume'
  switch (resume) {
    case undefined:
      return { check, level: 'skipped', summary: 'Resuming was not tested: no text had arrived.' }
    case 'identical':
      return {
        check,
        level: 'ok',
        summary: 'A dropped connection is resumed (Last-Event-ID) with identical text.',
      }
    case 'silent':
    case 'different':
      return {
        check,
        level: 'failure',
        summary:
          resume === 'silent'
            ? 'A dropped connection was not resumed: the second one stayed silent.'
            : 'A dropped connection was not resumed correctly: the text differs.',
        fix: [
          'A proxy may remove the Last-Event-ID request header, or answer the second request from a cache. Pass the header on, and cache nothing under /trpc/.',
        ],
      }
    default:
      return resume satisfies never
  }
}

function stopFinding({ stopMs, terminal }: Flow): Finding {
  const check = 'stop'
  if (terminal?.type === 'done' && terminal.stopReason !== 'stopped')
    return { check, level: 'skipped', summary: 'Stop was not tested: the answer had ended by itself.' }
  if (terminal?.type !== 'done' || stopMs === undefined)
    return {
      check,
      level: 'failure',
      summary: 'Stop did not end the answer.',
      fix: ['With several instances, route by session: a run lives in the instance that started it.'],
    }
  if (stopMs > PROMPT_STOP_MS)
    return { check, level: 'failure', summary: `Stop took ${ms(stopMs)} to end the answer.` }
  return { check, level: 'ok', summary: `Stop ends the answer after ${ms(stopMs)}.` }
}

function headersFinding({ headers, status }: Flow, { isBuffered }: { isBuffered: boolean }): Finding {
  const check = 'headers'
  if (status === undefined)
    return { check, level: 'skipped', summary: 'The stream’s headers arrived too late to be checked.' }
  if (!String(headers['content-type']).startsWith('text/event-stream'))
    return {
      check,
      level: 'failure',
      summary: `The stream arrives as ${headers['content-type'] ?? 'a response without a content type'} (${status}).`,
      fix: [
        'A proxy answers instead of Sluice: look for a rule, a login page or a cache in front of /trpc/.',
      ],
    }
  const notes = [
    headers['x-accel-buffering'] === undefined &&
      `X-Accel-Buffering was removed${isBuffered ? ' by a proxy' : ', which the last nginx before the browser may do; another one in front would buffer the stream'}`,
    !String(headers['cache-control']).includes('no-transform') &&
      'Cache-Control lost its no-transform, so the next proxy may compress the stream',
    headers['content-encoding'] !== undefined &&
      `the stream is compressed (${headers['content-encoding']}), which costs the proxy CPU with every frame`,
  ].filter((note) => note !== false)
  if (notes.length === 0)
    return { check, level: 'ok', summary: 'The headers of the stream arrive unchanged.' }
  return { check, level: 'note', summary: `${notes.join('; ')}.` }
}

function ms(duration: number): string {
  return duration < 1000 ? `${Math.round(duration)} ms` : `${(duration / 1000).toFixed(1)} s`
}
