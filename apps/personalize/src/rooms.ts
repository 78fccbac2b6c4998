import type { Room } from './room.ts'
import { ACCOUNTS } from './rooms/accounts.ts'
import { BENCH } from './rooms/bench.ts'
import { CHAOS } from './rooms/chaos.ts'
import { DOCTOR } from './rooms/doctor.ts'
import { LAB } from './rooms/lab.ts'
import { NGINX } from './rooms/nginx.ts'
import { NOTES } from './rooms/notes.ts'
import { REDIS } from './rooms/redis.ts'

/** What can be removed. Each room can go alone, and with any others. */
export const ROOMS: readonly Room[] = [NOTES, ACCOUNTS, LAB, BENCH, CHAOS, DOCTOR, NGINX, REDIS]
