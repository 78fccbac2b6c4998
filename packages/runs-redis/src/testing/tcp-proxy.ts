import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** What arrives at the proxy: bytes of a client, or of the server for it. */
export interface Piece {
  readonly text: string
  readonly from: 'client' | 'server'
  /** The client has subscribed on this connection. */
  readonly isSubscriber: boolean
}

/** `drop`: what a network does that has broken, from now on for this connection. */
type Fate = 'pass' | 'drop' | 'reset'

export interface TcpProxy {
  readonly port: number
  /** Called for each piece. Default: all pass. */
  rule: (piece: Piece) => Fate
  /** How long each piece is on its way, in ms. */
  delayMs: number
  /** Connections of clients that are open. */
  readonly open: number
  /** Resets all connections. */
  reset(): void
  close(): Promise<void>
}

/** Stands between an instance and Redis. `onChange` is called for each piece, and when a client's connection ends. */
export async function startTcpProxy(target: number, onChange: () => void): Promise<TcpProxy> {
  const clients = new Set<Socket>()
  const servers = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    let isSubscriber = false
    let isDead = false
    const pipe = (from: Piece['from'], source: Socket, sink: Socket, open: Set<Socket>) => {
      open.add(source)
      source.on('data', (bytes) => {
        const text = bytes.toString('latin1')
        if (from === 'client') isSubscriber ||= /\bsubscribe\b/i.test(text)
        const fate = isDead ? 'drop' : proxy.rule({ text, from, isSubscriber })
        isDead ||= fate === 'drop'
        onChange()
        if (fate === 'reset') for (const socket of [client, upstream]) socket.resetAndDestroy()
        else if (fate === 'drop') return
        else if (proxy.delayMs === 0) sink.write(bytes)
        else setTimeout(() => sink.writable && sink.write(bytes), proxy.delayMs)
      })
      source.on('error', () => {})
      source.on('close', () => {
        open.delete(source)
        sink.end()
        onChange()
      })
    }
    pipe('client', client, upstream, clients)
    pipe('server', upstream, client, servers)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const reset = () => {
    for (const socket of [...clients, ...servers]) socket.resetAndDestroy()
  }
  const proxy: TcpProxy = {
    port: (server.address() as AddressInfo).port,
    rule: () => 'pass',
    delayMs: 0,
    get open() {
      return clients.size
    },
    reset,
    async close() {
      server.close()
      reset()
      await once(server, 'close')
    },
  }
  return proxy
}
