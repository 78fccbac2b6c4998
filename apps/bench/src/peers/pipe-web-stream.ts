import { once } from 'node:events'
import type { ServerResponse } from 'node:http'

/** Sends a web stream as frameworks on Node do: it waits for a full socket, and cancels when the client goes. */
export async function pipeWebStream(
  stream: ReadableStream<Uint8Array>,
  response: ServerResponse,
): Promise<void> {
  const reader = stream.getReader()
  const gone = new AbortController()
  response.once('close', () => {
    gone.abort()
    reader.cancel().catch(() => {})
  })
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    if (!response.write(value)) await once(response, 'drain', { signal: gone.signal })
  }
  response.end()
}
