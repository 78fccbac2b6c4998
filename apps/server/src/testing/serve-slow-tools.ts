import { appendFileSync } from 'node:fs'
import { pino } from 'pino'
import { z } from 'zod'
import { parseEnv } from '../env.ts'
import { serve } from '../serve.ts'
import { toolsOf } from '../tools-of.ts'
import { procedure, router } from '../trpc.ts'

// A process of its own: a server whose tools write the id of each call to the file of its first argument. `slow` then
// never ends, `quick` does, and `asked` asks first.
const [file = ''] = process.argv.slice(2)

const tool = (ask: boolean) =>
  procedure.meta({ tool: { description: 'For tests.', ask } }).input(z.object({}))
const execute = (callId = '') => appendFileSync(file, `${callId}\n`)

const toolRouter = router({
  slow: tool(false).mutation(({ ctx }) => {
    execute(ctx.toolCall?.callId)
    return new Promise<never>(() => {})
  }),
  quick: tool(false).mutation(({ ctx }) => execute(ctx.toolCall?.callId)),
  asked: tool(true).mutation(({ ctx }) => execute(ctx.toolCall?.callId)),
})

const server = await serve({
  env: parseEnv(process.env, { production: true }),
  logger: pino(),
  tools: (options) => toolsOf(toolRouter, ['slow', 'quick', 'asked'], options),
})
process.stdout.write(`${JSON.stringify({ url: server.url })}\n`)
