import { runsContract } from '@sluice/runs/testing'
import { afterAll, beforeAll } from 'vitest'
import { redisFleet } from './testing/redis-fleet.ts'
import { type RedisServer, startRedis } from './testing/start-redis.ts'

let redis: RedisServer

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.close())

runsContract(
  'one instance on Redis',
  redisFleet(1, () => redis.url),
)
runsContract(
  'three instances on Redis',
  redisFleet(3, () => redis.url),
)
