import { CHARS_PER_TOKEN, type RunView } from '@sluice/events'
import type { RunTimes } from '../chat/run-times.ts'

/** Sooner, a rate says more about the clock than about Claude. */
const LEAST_MS = 500

export interface Speed {
  readonly firstTokenMs: number | undefined
  /** Thinking included. */
  readonly tokens: number
  readonly tokensPerSecond: number | undefined
  /** Counted by us, and not by Claude. */
  readonly estimated: boolean
}

/** `now`: for an answer that has not ended. */
export function speedOf(view: RunView, times: RunTimes, now?: number): Speed {
  const { askedAt, firstAt, endedAt = now } = times
  const counted = view.usage && !view.usage.estimated ? view.usage.outputTokens : undefined
  const tokens = counted ?? Math.round((view.text.length + view.thinking.length) / CHARS_PER_TOKEN)
  const ms = firstAt === undefined || endedAt === undefined ? 0 : endedAt - firstAt
  return {
    firstTokenMs: askedAt !== undefined && firstAt !== undefined ? firstAt - askedAt : undefined,
    tokens,
    tokensPerSecond: ms >= LEAST_MS ? (tokens * 1000) / ms : undefined,
    estimated: counted === undefined,
  }
}
