import { type RequestRecord, type Simulator, startSimulator } from '@sluice/claude-sim'
import { pino } from 'pino'
import { parseEnv } from '../env.ts'
import type { OnDisconnect } from '../on-disconnect.ts'
import { type RunningServer, serve, type ServeOptions } from '../serve.ts'
import { question } from './question.ts'
import { type TestDatabase, testDatabase } from './test-database.ts'
import { WireClient } from './wire-client.ts'

export interface TestServer extends RunningServer {
  readonly simulator: Simulator
  /** Every log line so far, parsed. */
  readonly logs: Record<string, unknown>[]
  /** A new client with its own session. It sends these headers with every call. */
  client(headers?: Record<string, string>): Promise<WireClient>
  /** Starts a run with this prompt and resolves to its id. */
  start(
    client: WireClient,
    prompt: string,
    options?: { maxTokens?: number; onDisconnect?: OnDisconnect | undefined },
  ): Promise<string>
  /** The one request that the simulator has received. @throws when there is not exactly one. */
  upstream(): RequestRecord
  /** Resolves when the simulator's only request has ended, whether it was completed or aborted. */
  upstreamEnd(): Promise<RequestRecord>
  [Symbol.asyncDispose](): Promise<void>
}

export const SESSION_SECRET = 'the secret of every server in the tests'

/** The real server and the real SDK against the simulator, on free ports, with the given environment. */
export async function startTestServer(
  env: Record<string, string> = {},
  {
    production = true,
    database: given,
    ...serveOptions
  }: Pick<ServeOptions, 'router' | 'ownerOf' | 'system' | 'tools' | 'webRoot' | 'clock' | 'openDatabase'> & {
    production?: boolean
    /** Default: the one that all servers of this process share. */
    database?: TestDatabase | undefined
  } = {},
): Promise<TestServer> {
  const simulator = await startSimulator({ defaults: { tps: 0, ttft: 0 } })
  const database = given ?? (await testDatabase())
  const logs: Record<string, unknown>[] = []
  const logger = pino(
    { level: 'debug' },
    { write: (line: string) => void logs.push(JSON.parse(line) as Record<string, unknown>) },
  )
  const server = await serve({
    env: parseEnv(
      {
        PORT: '0',
        SESSION_SECRET,
        DATABASE_URL: database.url,
        // The servers share a database, and with it the budgets of a day.
        DAILY_USD: '1e15',
        DAILY_USD_PER_OWNER: '1e15',
        ANTHROPIC_API_KEY: 'test-key',
        ANTHROPIC_BASE_URL: simulator.url,
        ...env,
      },
      { production },
    ),
    logger,
    openDatabase: database.open,
    ...serveOptions,
  })
  if (serveOptions.openDatabase === undefined) await server.ready()
  const close: RunningServer['close'] = async (options) => {
    await server.close(options)
    await simulator.close()
  }
  const upstream = () => {
    const { requests } = simulator.stats()
    if (requests.length !== 1) throw new Error(`expected one request upstream, there are ${requests.length}`)
    return requests[0] as RequestRecord
  }
  return {
    ...server,
    simulator,
    logs,
    async client(headers) {
      const client = new WireClient(server.url, { headers })
      await client.query('models.list')
      return client
    },
    async start(client, prompt, options) {
      const input = question({ content: prompt, ...options })
      const { status, body } = await client.call('chat.send', input)
      if (status !== 200) throw new Error(`chat.send: ${status} ${JSON.stringify(body)}`)
      return input.runId
    },
    upstream,
    async upstreamEnd() {
      await simulator.waitFor(({ requests }) => requests.some((request) => request.outcome !== 'open'))
      return upstream()
    },
    close,
    [Symbol.asyncDispose]: () => close(),
  }
}
