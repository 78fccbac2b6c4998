import { runsContract } from '@sluice/runs/testing'
import { afterAll, beforeAll } from 'vitest'
import { onRedis } from './testing/on-redis.ts'
import { redisFleet } from './testing/redis-fleet.ts'
import { type RedisServer, startServer } from './testing/start-redis.ts'

onRedis(
  (program) => {
    let redis: RedisServer
    beforeAll(async () => {
      redis = await startServer(program)
    })
    afterAll(() => redis?.close())

    runsContract(
      'one instance',
      redisFleet(1, () => redis.url),
    )
    runsContract(
      'three instances',
      redisFleet(3, () => redis.url),
    )
  },
  { each: true },
)
