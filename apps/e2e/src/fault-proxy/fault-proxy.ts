import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { pipeWithFault, reset, type TcpPipe } from './tcp-pipe.ts'
import { type ConnectionPlan, PROXY_ANSWERS } from './connection-plan.ts'

export interface FaultProxy extends AsyncDisposable {
  /** `http://127.0.0.1:…`, in the target's place. */
  readonly url: string
  /** Sockets that are open now. */
  open(): number
  /** Number of connections so far. */
  connections(): number
  /** Resets all open connections, like a router that restarts. */
  cut(): void
  /**
   * The clients whose first bytes include `text` lose the network: nothing more arrives in either direction, closes
   * included, for `holdMs`.
   */
  vanish(text: string, holdMs: number): void
  /** Closes all sockets and timers. */
  close(): Promise<void>
}

/**
 * Starts a TCP proxy in front of `target`, or of the one that it returns for each connection. `plan` returns the fault
 * for each connection, numbered from 0.
 */
export async function startFaultProxy(
  target: string | (() => string),
  plan: (connection: number) => ConnectionPlan,
): Promise<FaultProxy> {
  let connections = 0
  const sockets = new Set<Socket>()
  const pipes = new Set<TcpPipe>()
  const own = (socket: Socket) => {
    sockets.add(socket)
    // An error is always followed by the close that this code waits for.
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
    return socket
  }

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const planned = plan(connections++)
    own(client)
    if (planned.kind === 'answer') {
      answer(client, planned.status)
      return
    }
    const { hostname: host, port } = new URL(typeof target === 'string' ? target : target())
    const upstream = own(connect({ host, port: Number(port), allowHalfOpen: true, noDelay: true }))
    // Like a proxy whose backend is down.
    const refused = () => answer(client, 502)
    upstream.once('error', refused)
    upstream.once('connect', () => {
      upstream.off('error', refused)
      const pipe = pipeWithFault(client, upstream, planned)
      pipes.add(pipe)
      client.once('close', () => pipes.delete(pipe))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const cut = () => {
    for (const socket of sockets) reset(socket)
  }
  const close = async () => {
    if (!server.listening) return
    server.close()
    const closed = [...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve)))
    cut()
    await Promise.all(closed)
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    open: () => sockets.size,
    connections: () => connections,
    cut,
    vanish(text, holdMs) {
      for (const pipe of pipes) if (pipe.head().includes(text)) pipe.vanish(holdMs)
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function answer(client: Socket, status: keyof typeof PROXY_ANSWERS): void {
  client.once('data', () => client.end(PROXY_ANSWERS[status]))
  client.once('end', () => client.end())
}
