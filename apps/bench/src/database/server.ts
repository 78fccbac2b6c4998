import { openDatabase } from '@sluice/db'
import { parseEnv } from '@sluice/server/env'
import { serve } from '@sluice/server/serve'
import { pino } from 'pino'
import { answerCalls } from '../processes/rpc.ts'
import { openNoDatabase } from './no-database.ts'

// The server from its sources, with its queries counted. `DATABASE_URL` is its database; `pglite:none` is none.

const queries: string[] = []
const server = await serve({
  env: parseEnv(process.env, { production: true }),
  logger: pino({ level: 'silent' }),
  openDatabase: (url, options) =>
    url === 'pglite:none'
      ? openNoDatabase()
      : openDatabase(url, { ...options, onQuery: (text) => queries.push(text) }),
})
await server.ready()

const operations = {
  /** Processor time of this process so far, in µs. That of an embedded database is in it. */
  cpuUs() {
    const { user, system } = process.cpuUsage()
    return user + system
  },
  /** The queries since the last call, without those that begin and end a transaction, and without beats. */
  takeQueries: () => queries.splice(0).filter((text) => !/^(begin|commit)|(into|from) "instance"/.test(text)),
}
export type DatabaseServer = typeof operations

answerCalls(operations)
process.stdout.write(`${JSON.stringify({ url: server.url })}\n`)
