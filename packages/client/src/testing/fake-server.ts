import { advance, type DoneEvent, type RunEvent } from '@sluice/events'
import type { EventHandlers, RunsApi } from '../runs-api.ts'

interface FakeReader {
  readonly readerId: string
  readonly lastEventId: string | undefined
  readonly handlers: EventHandlers
  open: boolean
}

/** One run's log and its readers, as the store sees them. The test decides what arrives and when. */
export function createFakeServer() {
  const readers: FakeReader[] = []
  const acks: { readerId: string; position: number }[] = []
  const stops: string[] = []
  const refuseStops = new Map<string, (error: unknown) => void>()
  const held: (() => void)[] = []
  let position = 0
  let answerAcks: 'yes' | 'no' | 'later' | Error = 'yes'

  const runs: RunsApi = {
    events: {
      subscribe({ readerId, lastEventId }, handlers) {
        const added: FakeReader = { readerId, lastEventId, handlers, open: true }
        readers.push(added)
        return {
          unsubscribe() {
            added.open = false
            // tRPC's client completes a subscription that is left.
            handlers.onComplete()
          },
        }
      },
    },
    ack: {
      async mutate({ readerId, position: acked }) {
        acks.push({ readerId, position: acked })
        if (answerAcks instanceof Error) throw answerAcks
        if (answerAcks === 'no') throw new Error('fetch failed')
        if (answerAcks === 'later') await new Promise<void>((resolve) => held.push(resolve))
      },
    },
    stop: {
      mutate: ({ runId }) => {
        stops.push(runId)
        return new Promise((_resolve, reject) => refuseStops.set(runId, reject))
      },
    },
  }

  function reader(): FakeReader {
    const last = readers.at(-1)
    if (!last) throw new Error('there is no subscription')
    return last
  }

  return {
    runs,
    readers,
    acks,
    /** The runs to stop. These calls stay pending until `refuseStop`. */
    stops,
    refuseStop: (runId: string, error: unknown) => refuseStops.get(runId)?.(error),
    reader,
    openReaders: () => readers.filter(({ open }) => open).length,
    connected: () => reader().handlers.onConnectionStateChange({ state: 'pending', error: null }),
    dropped: () =>
      reader().handlers.onConnectionStateChange({ state: 'connecting', error: { message: 'Unknown error' } }),
    /** Sends the next event of the log. */
    send(event: RunEvent) {
      position = advance(position, event)
      reader().handlers.onData({ id: String(position), data: event })
    },
    text(text: string) {
      this.send({ type: 'text', text })
    },
    /** Sends anything, at any position. */
    sendAt(id: number, data: unknown) {
      reader().handlers.onData({ id: String(id), data })
    },
    position: () => position,
    setPosition(to: number) {
      position = to
    },
    setAcks(answer: 'yes' | 'no' | 'later' | Error) {
      answerAcks = answer
    },
    releaseAcks() {
      for (const release of held.splice(0)) release()
    },
  }
}

export const DONE: DoneEvent = {
  type: 'done',
  stopReason: 'end_turn',
  usage: { inputTokens: 3, outputTokens: 5, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: false },
  costUsd: 0.01,
}
