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

export interface EventHandlers {
  onData(envelope: { id: string; data: unknown }): void
  onConnectionStateChange(change: { state: 'connecting' | 'pending' | 'idle'; error: CallError | null }): void
  onError(error: CallError): void
  onComplete(): void
}

/** What following a run needs of the server: the shape of a tRPC client's `client.runs`. */
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
