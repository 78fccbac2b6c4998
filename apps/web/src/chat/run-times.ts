import { isOver, type RunStore } from '@sluice/client'
import type { RunPart, ToolPart } from '@sluice/events'

/** When things happened to a run, in ms since the epoch. Moments before the page was watching are missing. */
export interface RunTimes {
  readonly askedAt?: number
  /** The first thinking, text that can be seen, or call that is executed. */
  readonly firstAt?: number
  readonly endedAt?: number
  /** Of each part of the answer: also of those of earlier runs. */
  readonly parts?: readonly (PartTimes | undefined)[]
}

export interface PartTimes {
  readonly from: number
  /** Missing while it goes on. */
  readonly to?: number
}

/** Watches a run that this page has asked for, and records when things were first shown. */
export function watchTimes(run: RunStore, asked: RunTimes, now: () => number = Date.now): () => RunTimes {
  const earlier = run.getSnapshot().view.parts.map(hasBegun)
  let times = asked

  function timesOfPart(part: RunPart, index: number, isLast: boolean): PartTimes | undefined {
    const time = times.parts?.[index]
    if (time?.to !== undefined) return time
    if (!time && (earlier[index] || !hasBegun(part))) return undefined
    const from = time?.from ?? now()
    return hasPassed(part, isLast) ? { from, to: now() } : (time ?? { from })
  }

  const unsubscribe = run.subscribe(() => {
    const snapshot = run.getSnapshot()
    const over = isOver(snapshot)
    const parts = snapshot.view.parts.map((part, index, { length }) =>
      timesOfPart(part, index, !over && index === length - 1),
    )
    const firstAt = times.firstAt ?? parts.find((time, index) => time && !earlier[index])?.from
    times = { ...times, parts, ...(firstAt !== undefined && { firstAt }) }
    if (!over) return
    times = { ...times, endedAt: now() }
    unsubscribe()
  })
  return () => times
}

/** An answer may begin with a text block of nothing but line breaks, and Claude think after it. */
function hasBegun(part: RunPart): boolean {
  if (part.type === 'tool') return part.state === 'running' || isExecuted(part)
  return part.type === 'thinking' || /\S/.test(part.text)
}

function hasPassed(part: RunPart, isLast: boolean): boolean {
  return part.type === 'tool' ? isExecuted(part) : !isLast
}

function isExecuted({ state }: ToolPart): boolean {
  return state === 'done' || state === 'failed'
}
