import type { MetricName } from '../metrics.ts'
import type { PeerName } from '../peers/peer-name.ts'

/** One figure of one round. */
export interface Sample {
  readonly metric: MetricName
  readonly peer: PeerName
  readonly round: number
  readonly value: number
  /** The observation ended first, so the real figure is at least this. */
  readonly atLeast?: boolean
}
