/** What went wrong on the way. With `data` the server itself said so; without it nobody knows what it got. */
export interface CallError {
  readonly message: string
  readonly data?:
    | {
        readonly code: string
        /** With `TOO_MANY_REQUESTS`: when it is worth trying again. */
        readonly retryAfterMs?: number | undefined
      }
    | null
    | undefined
}

export interface RunSourceHandlers {
  onData(envelope: { id: string; data: unknown }): void
  onConnectionStateChange(change: { state: 'connecting' | 'pending' | 'idle'; error: CallError | null }): void
  onError(error: CallError): void
  onComplete(): void
}

/** The shape of the tRPC client's `runs.events.subscribe`, which is all that following a run needs. */
export type RunSource = (
  input: { runId: string; readerId: string; lastEventId?: string },
  handlers: RunSourceHandlers,
) => { unsubscribe(): void }

/** The shape of the tRPC client's `runs.ack.mutate`. */
export type RunAck = (input: { runId: string; readerId: string; position: number }) => Promise<unknown>
