import type { Readable } from 'node:stream'
import { createParser, type EventSourceMessage } from 'eventsource-parser'

/** The SSE messages of a response body, read on demand. */
export interface SseReader {
  /**
   * The messages that have arrived since the last call; waits for bytes if there are none, and is empty when those
   * bytes did not complete a message. Undefined at the end of the body. Nothing is read between two calls, so a
   * caller that reads seldom gets much at once, and one that stops reading stops the sender.
   *
   * @throws what broke the body off.
   */
  read(): Promise<readonly EventSourceMessage[] | undefined>
}

/** Does not destroy the body: the caller reads it to its end or destroys it. */
export function createSseReader(body: Readable): SseReader {
  let messages: EventSourceMessage[] = []
  const parser = createParser({ onEvent: (message) => messages.push(message) })
  let failure: unknown
  let wake: (() => void) | undefined
  const changed = () => wake?.()
  body
    .setEncoding('utf8')
    .on('readable', changed)
    .on('end', changed)
    .on('close', changed)
    .on('error', (error) => {
      failure = error
      changed()
    })

  return {
    async read() {
      for (;;) {
        // What is still buffered after an abort came too late.
        const text: unknown = body.destroyed ? null : body.read()
        if (typeof text === 'string') {
          parser.feed(text)
          const arrived = messages
          messages = []
          return arrived
        }
        if (body.readableEnded) return undefined
        if (body.destroyed) throw failure ?? new Error('The body was closed before its end.')
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}
