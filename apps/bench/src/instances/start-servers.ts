import { createTestDatabase } from '@sluice/db/testing'
import { startRedis } from '@sluice/runs-redis/testing'
import { type Peer, startPeer } from '../processes/start-peer.ts'
import { RedisMeter } from './redis-meter.ts'

export const SETUPS = ['memory', 'sticky', 'remote', 'two'] as const
/**
 * `memory`: one server without Redis. `sticky`: one with Redis, which serves the readers of what it writes. `remote`:
 * the readers are on another server. `two`: as many streams on each of two servers, each with its readers.
 */
export type Setup = (typeof SETUPS)[number]

/** Where answers are written and read. */
export interface Path {
  readonly writer: Peer
  readonly reader: Peer
}

export interface Servers extends AsyncDisposable {
  /** Each setup has servers of its own, so that all have worked as long. */
  readonly paths: Readonly<Record<Setup, readonly [Path, ...Path[]]>>
  readonly redis: RedisMeter
}

const toItself = (server: Peer): Path => ({ writer: server, reader: server })

/** Starts the servers of all setups, and for all but one of them a Redis; the databases are in one Postgres. */
export async function startServers(options: {
  upstreamUrl: string
  sluiceMain: string
  profileDir: string | undefined
}): Promise<Servers> {
  const redis = await startRedis()
  const meter = new RedisMeter(redis.url)
  const peers: Peer[] = []
  const stop = async () => {
    await Promise.all(peers.map((peer) => peer.stop()))
    meter.close()
    await redis.close()
  }
  const start = async (env: Record<string, string>) => {
    const peer = await startPeer('sluice', { ...options, env })
    peers.push(peer)
    return peer
  }
  try {
    await meter.connect()
    const shared = { DATABASE_URL: await createTestDatabase(), REDIS_URL: redis.url }
    const paths: Servers['paths'] = {
      memory: [toItself(await start({ DATABASE_URL: await createTestDatabase() }))],
      sticky: [toItself(await start(shared))],
      remote: [{ writer: await start(shared), reader: await start(shared) }],
      two: [toItself(await start(shared)), toItself(await start(shared))],
    }
    return { paths, redis: meter, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop()
    throw error
  }
}
