import type { CallError } from '@sluice/client'

/** Why the server did not do what was asked for. */
export interface Refusal {
  readonly message: string
  /** ms since the epoch: when it is worth trying again, where the server said so. */
  readonly retryAt: number | undefined
}

export function refusalOf({ message, data }: CallError): Refusal {
  const wait = data?.retryAfterMs
  return { message, retryAt: wait === undefined ? undefined : Date.now() + wait }
}
