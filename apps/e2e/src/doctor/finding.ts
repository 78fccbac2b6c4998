/** The result of one check. Only a `failure` affects users. */
export interface Finding {
  readonly check: Check
  readonly level: 'ok' | 'note' | 'failure' | 'skipped'
  /** A sentence or two for the operator of the proxy. */
  readonly summary: string
  /** Proposed changes, one per line. */
  readonly fix?: readonly string[]
}

type Check = 'delivery' | 'resume' | 'stop' | 'pings' | 'disconnect' | 'headers' | 'http' | 'body'
