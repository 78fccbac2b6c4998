import type { Usage } from '@sluice/events'
import type { RunTimes } from '../chat/run-times.ts'

/** Sooner, a rate says more about the clock than about Claude. */
const LEAST_MS = 500

/** Tokens a second of an answer that has ended, thinking included. */
export function speedOf({ outputTokens }: Usage, { firstAt, endedAt }: RunTimes): number | undefined {
  const ms = firstAt === undefined || endedAt === undefined ? 0 : endedAt - firstAt
  return ms >= LEAST_MS ? (outputTokens * 1000) / ms : undefined
}
