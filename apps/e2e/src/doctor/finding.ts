/** One answer of the doctor's. Only a `failure` costs users something. */
export interface Finding {
  readonly check: Check
  readonly level: 'ok' | 'note' | 'failure' | 'skipped'
  /** A sentence or two for the operator of the proxy. */
  readonly summary: string
  /** What to change, a line each. */
  readonly fix?: readonly string[]
}

type Check = 'delivery' | 'resume' | 'stop' | 'pings' | 'disconnect' | 'headers' | 'http' | 'body'
