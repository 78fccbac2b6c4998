export { onRedis } from './on-redis.ts'
export { type RedisServer, startRedis } from './start-redis.ts'
