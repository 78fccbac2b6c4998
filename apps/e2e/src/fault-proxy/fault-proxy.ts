import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { carry, type Carried, reset } from './tcp-pipe.ts'
import { type ConnectionPlan, PROXY_ANSWERS } from './connection-plan.ts'

export interface FaultProxy extends AsyncDisposable {
  /** `http://127.0.0.1:…`, in the target's place. */
  readonly url: string
  /** Connections that are open now. */
  open(): number
  /** What was planned for every connection so far, in the order they came. */
  readonly plans: readonly ConnectionPlan[]
  /** Resets everything that is open now, as a router does that restarts. */
  cut(): void
  /**
   * Whoever is behind the connections whose first words include `words` loses the network: nothing more arrives
   * either way, closes included, for `holdMs`.
   */
  vanish(words: string, holdMs: number): void
  /** Leaves no socket and no timer. */
  close(): Promise<void>
}

/** A TCP proxy in front of `target` that asks `plan` what is to go wrong with each connection. */
export async function startFaultProxy(
  target: string,
  plan: (connection: number) => ConnectionPlan,
): Promise<FaultProxy> {
  const { hostname: host, port } = new URL(target)
  const plans: ConnectionPlan[] = []
  const sockets = new Set<Socket>()
  const carried = new Set<Carried>()
  const own = (socket: Socket) => {
    sockets.add(socket)
    // An error is followed by a close, which is what everything here waits for.
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
    return socket
  }

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const fate = plan(plans.length)
    plans.push(fate)
    own(client)
    if (fate.kind === 'answer') {
      answer(client, fate.status)
      return
    }
    const upstream = own(connect({ host, port: Number(port), allowHalfOpen: true, noDelay: true }))
    // Nobody listens there: a proxy says so.
    const refused = () => answer(client, 502)
    upstream.once('error', refused)
    upstream.once('connect', () => {
      upstream.off('error', refused)
      const connection = carry(client, upstream, fate)
      carried.add(connection)
      client.once('close', () => carried.delete(connection))
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
    plans,
    cut,
    vanish(words, holdMs) {
      for (const connection of carried) if (connection.head().includes(words)) connection.vanish(holdMs)
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function answer(client: Socket, status: keyof typeof PROXY_ANSWERS): void {
  client.once('data', () => client.end(PROXY_ANSWERS[status]))
  client.once('end', () => client.end())
}
