import { once } from 'node:events'
import net, { type AddressInfo, type Socket } from 'node:net'

export interface HeldPostgres extends AsyncDisposable {
  /** What to set `DATABASE_URL` to. */
  readonly url: string
  /** From the next query on that contains this text, no query gets through. Default: from now on. */
  holdQueries(text?: string): void
  /**
   * From the next query on that contains this text, no answer gets through. `after` must have been in an earlier query
   * on the same connection.
   */
  holdAnswersTo(text: string, options: { after: string }): void
  /** Resolves when what is held contains this text. */
  holds(text: string): Promise<void>
  /** From now on everything gets through again. Connections that something was held of are cut. */
  release(): void
}

/** A way to a Postgres that can be closed at any moment: then the server cannot ask it, or is not answered. */
export async function holdPostgres(databaseUrl: string): Promise<HeldPostgres> {
  const { hostname, pathname } = new URL(databaseUrl)
  const target = `${decodeURIComponent(hostname)}/.s.PGSQL.5432`
  let held: 'queries' | 'answers' | undefined
  let awaited: { text: string; after: string; hold: 'queries' | 'answers' } | undefined
  let kept = ''
  const watchers = new Set<() => void>()
  const connections = new Set<{ isHeld: boolean; cut: () => void }>()

  const server = net.createServer((client) => {
    const postgres = net.connect(target)
    const connection = {
      isHeld: false,
      cut() {
        client.destroy()
        postgres.destroy()
        connections.delete(connection)
      },
    }
    connections.add(connection)
    let heard = ''
    const listen = (bytes: Buffer) => {
      if (awaited === undefined) return
      if (bytes.includes(awaited.text) && heard.includes(awaited.after)) {
        held = awaited.hold
        awaited = undefined
      }
      heard += bytes.toString('latin1')
    }
    const forward = (from: Socket, to: Socket, direction: typeof held) => {
      from.on('data', (bytes) => {
        if (direction === 'queries') listen(bytes)
        if (held !== direction) {
          to.write(bytes)
          return
        }
        connection.isHeld = true
        kept += bytes.toString('latin1')
        for (const look of watchers) look()
      })
      from.on('error', () => {})
      from.on('close', connection.cut)
    }
    forward(client, postgres, 'queries')
    forward(postgres, client, 'answers')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `postgres://postgres@127.0.0.1:${port}${pathname}`,
    holdQueries(text) {
      kept = ''
      if (text === undefined) held = 'queries'
      else awaited = { text, after: '', hold: 'queries' }
    },
    holdAnswersTo(text, { after }) {
      kept = ''
      awaited = { text, after, hold: 'answers' }
    },
    holds: (text) =>
      new Promise((resolve) => {
        const look = () => {
          if (!kept.includes(text)) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
      }),
    release() {
      held = undefined
      for (const connection of connections) if (connection.isHeld) connection.cut()
    },
    async [Symbol.asyncDispose]() {
      for (const { cut } of connections) cut()
      server.close()
      await once(server, 'close')
    },
  }
}
