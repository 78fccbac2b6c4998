import { bufferingFixes } from './fixes.ts'
import type { Finding } from './finding.ts'
import type { Flow } from './observe-flow.ts'

/** Frames come about 100 ms apart. This many in one read were kept somewhere for a good part of a second. */
const HELD_FRAMES_PER_READ = 4
/** Fewer say nothing about how they came. */
const ENOUGH_FRAMES = 8
const PROMPT_STOP_MS = 2000

export function findingsOfFlow(flow: Flow, proxies: readonly string[]): Finding[] {
  const delivery = deliveryFinding(flow, proxies)
  const held = delivery.level === 'failure'
  return [delivery, resumeFinding(flow), stopFinding(flow), headersFinding(flow, { held })]
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
      ? 'Words are held back on the way (buffering): none came until the answer was over, then all at once.'
      : 'No word of the answer came, not even after it was stopped.'
    return { check, level: 'failure', summary, fix }
  }
  if (frames >= ENOUGH_FRAMES && frames / reads >= HELD_FRAMES_PER_READ) {
    const summary = `Words come in bursts (buffering): ${frames} pieces in ${reads} reads, the first after ${ms(firstWordsMs)}.`
    return { check, level: 'failure', summary, fix }
  }
  const summary = `Words arrive as they are made: the first after ${ms(firstWordsMs)}, then ${frames} pieces in ${reads} reads.`
  return { check, level: 'ok', summary }
}

function resumeFinding({ resume }: Flow): Finding {
  const check = 'resume'
  switch (resume) {
    case undefined:
      return { check, level: 'skipped', summary: 'Resuming was not tried: nothing had come to go on from.' }
    case 'identical':
      return {
        check,
        level: 'ok',
        summary: 'A dropped connection goes on where it was (Last-Event-ID): identical text.',
      }
    case 'silent':
    case 'different':
      return {
        check,
        level: 'failure',
        summary:
          resume === 'silent'
            ? 'A dropped connection did not go on: the second one stayed silent.'
            : 'A dropped connection did not go on where it was: the text is not the same.',
        fix: [
          'A proxy may remove the Last-Event-ID request header, or answer the second request from a cache: pass the header on, and cache nothing under /trpc/.',
        ],
      }
    default:
      return resume satisfies never
  }
}

function stopFinding({ stopMs, terminal }: Flow): Finding {
  const check = 'stop'
  if (terminal?.type === 'done' && terminal.stopReason !== 'stopped')
    return { check, level: 'skipped', summary: 'Stop was not tried: the answer had ended by itself.' }
  if (terminal?.type !== 'done' || stopMs === undefined)
    return {
      check,
      level: 'failure',
      summary: 'Stop did not end the answer.',
      fix: ['With several instances, route by session: a run lives in the instance that began it.'],
    }
  if (stopMs > PROMPT_STOP_MS)
    return { check, level: 'failure', summary: `Stop took ${ms(stopMs)} to end the answer.` }
  return { check, level: 'ok', summary: `Stop ends the answer after ${ms(stopMs)}.` }
}

function headersFinding({ headers, status }: Flow, { held }: { held: boolean }): Finding {
  const check = 'headers'
  if (status === undefined)
    return { check, level: 'skipped', summary: 'The stream’s headers came too late to be judged.' }
  if (!String(headers['content-type']).startsWith('text/event-stream'))
    return {
      check,
      level: 'failure',
      summary: `The stream has become ${headers['content-type'] ?? 'untyped'} (${status}) on the way.`,
      fix: [
        'Something answers in Sluice’s place: look for a rule, a login page or a cache in front of /trpc/.',
      ],
    }
  const notes = [
    headers['x-accel-buffering'] === undefined &&
      `X-Accel-Buffering was removed${held ? ' on the way' : ', as the last nginx before the browser may; one more in front would hold the stream back'}`,
    !String(headers['cache-control']).includes('no-transform') &&
      'Cache-Control lost its no-transform, so whoever comes next may compress the stream',
    headers['content-encoding'] !== undefined &&
      `the stream is compressed (${headers['content-encoding']}), which costs the proxy CPU for every word`,
  ].filter((note) => note !== false)
  if (notes.length === 0)
    return { check, level: 'ok', summary: 'All headers of the stream arrive as they were sent.' }
  return { check, level: 'note', summary: `${notes.join('; ')}.` }
}

function ms(duration: number): string {
  return duration < 1000 ? `${Math.round(duration)} ms` : `${(duration / 1000).toFixed(1)} s`
}
