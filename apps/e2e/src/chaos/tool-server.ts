import { parseEnv } from '@sluice/server/env'
import { serve } from '@sluice/server/serve'
import { testTools } from '@sluice/server/testing'
import { pino } from 'pino'

// The server with the tools of the tests. Each execution is posted to EXECUTIONS_URL, where it outlives this process.

const { EXECUTIONS_URL = '', ...rest } = process.env
const env = parseEnv(rest, { production: true })
const logger = pino({ level: env.LOG_LEVEL })
const withTools = testTools(async (execution) => {
  await fetch(EXECUTIONS_URL, { method: 'POST', body: execution.callId })
})
const server = await serve({ env, logger, ...withTools })
logger.info({ url: server.url }, 'listening')
process.once('SIGTERM', () => {
  void server.close({ drainMs: env.DRAIN_MS }).then(() => process.exit(0))
})
