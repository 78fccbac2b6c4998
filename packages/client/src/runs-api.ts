/** A failed call. With `data` it is the server's error. Without it the server may or may not have handled the call. */
export interface CallError {
  readonly message: string
  readonly data?:
    | {
        readonly code: string
        /** With `TOO_MANY_REQUESTS`: when to try again, in ms. */
        readonly retryAfterMs?: number | undefined
      }
    | null
    | undefined
}

export interface EventHandlers {
  onData(envelope: { id: string; data: unknown }): void
  onConnectionStateChange(change: { state: 'connecting' | 'pending' | 'idle'; error: CallError | null }): void
  onError(error: CallError): void
  onComplete(): void
}

/** The procedures needed to follow a run. A tRPC client's `client.runs` has this shape. */
export interface RunsApi {
  readonly events: {
    subscribe(
      input: { runId: string; readerId: string; lastEventId?: string },
      handlers: EventHandlers,
    ): { unsubscribe(): void }
  }
  readonly ack: { mutate(input: { runId: string; readerId: string; position: number }): Promise<unknown> }
  readonly stop: { mutate(input: { runId: string }): Promise<unknown> }
}
