import type { PeerName } from '../peers/peer-name.ts'
import type { Tally } from './tally.ts'

export interface VisitOptions {
  readonly url: string
  /** Another instance of the server, where the answer is read, acknowledged and stopped. Default: the same. */
  readonly readUrl?: string | undefined
  readonly prompt: string
  readonly tally: Tally
  /** Called with the number of deltas that have just arrived. */
  readonly onDeltas: (count: number) => void
  /** Called once, when the visit is over. */
  readonly onClose: (error?: Error) => void
}

/** A client that reads one answer. */
export interface Visit {
  /** Ends the answer as this peer's Stop button would. */
  stop(): void
  /** Closes the connection, as a closed tab does. */
  close(): void
  /** Reads and sends nothing more; the connection stays open. */
  freeze(): void
}

export type OpenVisit = (options: VisitOptions) => Visit
export type Visits = Readonly<Record<PeerName, OpenVisit>>
