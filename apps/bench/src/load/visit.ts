import type { PeerName } from '../peers/peer-name.ts'
import type { Tally } from './tally.ts'

export interface VisitOptions {
  readonly url: string
  readonly prompt: string
  readonly tally: Tally
  /** Told of deltas that have just come. */
  readonly onDeltas: (count: number) => void
  /** Once, at the end, whoever ended it. */
  readonly onClose: (error?: Error) => void
}

/** Somebody who reads one answer. */
export interface Visit {
  /** Ends the answer as this peer's Stop button would. */
  stop(): void
  /** Hangs up, as a closed tab does. */
  close(): void
  /** Reads no more and says no more; the connection stays open. */
  freeze(): void
}

export type OpenVisit = (options: VisitOptions) => Visit
export type Visits = Readonly<Record<PeerName, OpenVisit>>
