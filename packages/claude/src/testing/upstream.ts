import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as bodyOf } from 'node:stream/consumers'

export interface Upstream extends AsyncDisposable {
  readonly url: string
  readonly requests: { headers: IncomingHttpHeaders; body: any }[]
  /** Number of connections so far. */
  connections(): number
}

/** An upstream that answers by hand. */
export async function upstream(answer: (response: ServerResponse) => void): Promise<Upstream> {
  const requests: Upstream['requests'] = []
  let connections = 0
  const server: Server = createServer(async (request, response) => {
    requests.push({ headers: request.headers, body: JSON.parse(await bodyOf(request)) })
    answer(response)
  })
  server.on('connection', () => (connections += 1))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    connections: () => connections,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export const sse = (events: { type: string; [key: string]: unknown }[]) =>
  events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('')
