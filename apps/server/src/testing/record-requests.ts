import { once } from 'node:events'
import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** Sits between the server and the simulator, and keeps what Claude was sent. */
export interface RequestRecorder extends AsyncDisposable {
  /** For `ANTHROPIC_BASE_URL`. */
  readonly url: string
  /** The bodies of all requests so far. */
  readonly bodies: any[]
  /** Where requests go on to. Set it before the first one. */
  target: string
}

export async function recordRequests(): Promise<RequestRecorder> {
  const bodies: unknown[] = []
  const server = createServer(async (incoming, response) => {
    const body = await text(incoming)
    bodies.push(JSON.parse(body))
    const onward = send(
      recorder.target + incoming.url,
      { method: 'POST', headers: incoming.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers)
        answer.on('error', () => response.destroy()).pipe(response)
      },
    )
    response.on('close', () => onward.destroy())
    onward.on('error', () => response.destroy()).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const recorder: RequestRecorder = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    target: '',
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return recorder
}
