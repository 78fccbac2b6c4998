import { randomUUID } from 'node:crypto'
import type { CreateFleet } from '@sluice/runs/testing'
import { settle } from '@sluice/runs/testing'
import { createClient } from '@redis/client'
import { RedisLiveStore } from '../redis-live-store.ts'

/** A fleet of `count` instances on an empty Redis. It closes the fleet before it. */
export function redisFleet(count: number, url: () => string): CreateFleet {
  let closePrevious = async () => {}
  return async ({ clock }) => {
    await closePrevious()
    const admin = createClient({ url: url() })
    await admin.connect()
    await admin.sendCommand(['FLUSHALL'])
    admin.destroy()
    const create = () =>
      new Promise<RedisLiveStore>((resolve, reject) => {
        const store = new RedisLiveStore({
          url: url(),
          clock,
          instance: randomUUID(),
          runMaxMs: 900_000,
          onDead: async (dead) => reject(new Error(`${dead} was found dead.`)),
          onUp: () => resolve(store),
          onDown: reject,
          onError: reject,
        })
      })
    const stores = await Promise.all(Array.from({ length: count }, create))
    closePrevious = async () => {
      await Promise.all(stores.map((store) => store.close()))
    }
    return {
      stores,
      // A run that is not in Redis yet is looked for again after 50 ms.
      delayMs: 50,
      async settled() {
        for (let before = -1; ;) {
          await settle()
          const counts = await Promise.all(stores.map((store) => store.roundTrip()))
          await settle()
          const now = counts.reduce((sum, one) => sum + one, 0)
          if (now === before) return
          before = now
        }
      },
      close: closePrevious,
    }
  }
}
