import { createParser, type EventSourceMessage } from 'eventsource-parser'

/**
 * The SSE messages of a response body, as many at a time as one read of the socket brought. Nothing is read
 * between two pulls, so whoever pulls seldom gets much at once, and whoever stops pulling stops the sender.
 * A message whose blank line never came is not one.
 *
 * `waiting` is called when a read begins, `arrived` when it has brought something.
 */
export async function* sseBatches(
  body: ReadableStream<Uint8Array>,
  { waiting, arrived }: { waiting: () => void; arrived: () => void },
): AsyncGenerator<EventSourceMessage[], void, undefined> {
  const decoder = new TextDecoder()
  let batch: EventSourceMessage[] = []
  const parser = createParser({ onEvent: (message) => batch.push(message) })
  const reader = body.getReader()
  try {
    for (;;) {
      waiting()
      const { done, value } = await reader.read()
      arrived()
      if (done) return
      parser.feed(decoder.decode(value, { stream: true }))
      if (batch.length === 0) continue
      yield batch
      batch = []
    }
  } finally {
    reader.releaseLock()
  }
}
