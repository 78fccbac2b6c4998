import { createTestDatabase } from '@sluice/db/testing'
import { startRedis } from '@sluice/runs-redis/testing'
import { type Peer, startPeer } from '../processes/start-peer.ts'
import { RedisMeter } from './redis-meter.ts'

export interface Servers extends AsyncDisposable {
  /** Keeps live runs in its memory. */
  readonly alone: Peer
  /** These two share them through Redis. */
  readonly a: Peer
  readonly b: Peer
  readonly redis: RedisMeter
}

/** Starts three servers, with a Redis for two of them, and two databases in one Postgres. */
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
    const alone = await start({ DATABASE_URL: await createTestDatabase() })
    const shared = { DATABASE_URL: await createTestDatabase(), REDIS_URL: redis.url }
    const a = await start(shared)
    const b = await start(shared)
    return { alone, a, b, redis: meter, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop()
    throw error
  }
}
