import type { Readable } from 'node:stream'
import { createParser, type EventSourceMessage } from 'eventsource-parser'

/** Reads the SSE messages of a response body on demand. */
export interface SseReader {
  /**
   * Resolves to the messages that have arrived since the last call, or waits for more bytes. The list is empty when the
   * bytes did not complete a message; undefined means the end of the body. Nothing is read between two calls, so a
   * caller that reads rarely gets more at once, and one that stops reading stops the sender.
   *
   * @throws the error of a body that broke off.
   */
  read(): Promise<readonly EventSourceMessage[] | undefined>
}

/** The caller has to read the body to its end or destroy it. */
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
        // After an abort, buffered data is not read.
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
