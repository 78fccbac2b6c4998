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
export type Fate = 'pass' | 'drop' | 'reset'

export interface TcpProxy {
  readonly port: number
  /** Called for each piece. Default: all pass. */
  rule: (piece: Piece) => Fate
  /** How long each piece is on its way, in ms. */
  delayMs: number
  /** Connections that are open. */
  readonly open: number
  /** Resets all connections. */
  reset(): void
  close(): Promise<void>
}

/** Stands between an instance and Redis. `onChange` is called for each piece, and when a connection ends. */
export async function startTcpProxy(target: number, onChange: () => void): Promise<TcpProxy> {
  const connections = new Set<() => void>()
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    let isSubscriber = false
    let isDead = false
    const end = () => {
      connections.delete(end)
      for (const socket of [client, upstream]) if (!socket.destroyed) socket.resetAndDestroy()
      onChange()
    }
    connections.add(end)
    const pipe = (from: Piece['from'], source: Socket, sink: Socket) => {
      source.on('data', (bytes) => {
        const text = bytes.toString('latin1')
        if (from === 'client') isSubscriber ||= /\bsubscribe\b/i.test(text)
        const fate = isDead ? 'drop' : proxy.rule({ text, from, isSubscriber })
        isDead ||= fate === 'drop'
        onChange()
        if (fate === 'reset') end()
        else if (fate === 'drop') return
        else if (proxy.delayMs === 0) sink.write(bytes)
        else setTimeout(() => sink.writable && sink.write(bytes), proxy.delayMs)
      })
      source.on('error', end)
      source.on('close', end)
    }
    pipe('client', client, upstream)
    pipe('server', upstream, client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const reset = () => {
    for (const end of connections) end()
  }
  const proxy: TcpProxy = {
    port: (server.address() as AddressInfo).port,
    rule: () => 'pass',
    delayMs: 0,
    get open() {
      return connections.size
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
