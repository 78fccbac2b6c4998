import type { Readable } from 'node:stream'
import { createParser, type EventSourceMessage } from 'eventsource-parser'

/**
 * The SSE messages of a response body, as many at a time as have arrived by then. Nothing is read between two
 * pulls, so whoever pulls seldom gets much at once, and whoever stops pulling stops the sender. A message
 * whose blank line never came is not one.
 *
 * `waiting` is called when a read begins, `arrived` when it has brought something. Whoever returns early has the
 * body still open, to read on or to destroy.
 */
export async function* sseBatches(
  body: Readable,
  { waiting, arrived }: { waiting: () => void; arrived: () => void },
): AsyncGenerator<EventSourceMessage[], void, undefined> {
  let batch: EventSourceMessage[] = []
  const parser = createParser({ onEvent: (message) => batch.push(message) })
  body.setEncoding('utf8')
  waiting()
  for await (const text of body.iterator({ destroyOnReturn: false }) as AsyncIterable<string>) {
    arrived()
    parser.feed(text)
    if (batch.length > 0) yield batch
    batch = []
    waiting()
  }
}
