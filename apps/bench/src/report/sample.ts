import type { MetricName } from '../metrics.ts'
import type { PeerName } from '../peers/peer-name.ts'

/** One figure of one round. */
export interface Sample {
  readonly metric: MetricName
  readonly peer: PeerName
  readonly round: number
  readonly value: number
  /** The real figure is at least this: the observation ended first, or the instrument did. */
  readonly atLeast?: boolean
}
