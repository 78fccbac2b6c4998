import { randomUUID } from 'node:crypto'
import { type RequestRecord, type Simulator, startSimulator } from '@sluice/claude-sim'
import { pino } from 'pino'
import { parseEnv } from '../env.ts'
import { type RunningServer, serve, type ServeOptions } from '../serve.ts'
import { WireClient } from './wire-client.ts'

export interface TestServer extends RunningServer {
  readonly simulator: Simulator
  /** Every log line so far, parsed. */
  readonly logs: Record<string, unknown>[]
  /** A new browser, which already has its session, and sends these headers with every call. */
  client(headers?: Record<string, string>): Promise<WireClient>
  /** Starts a run with this prompt and resolves to its id. */
  start(client: WireClient, prompt: string, options?: { maxTokens?: number }): Promise<string>
  /** The one request that upstream has seen. @throws when there is not exactly one. */
  upstream(): RequestRecord
  /** Resolves when upstream's only request has ended, one way or the other. */
  upstreamEnd(): Promise<RequestRecord>
  [Symbol.asyncDispose](): Promise<void>
}

/** The real server and the real SDK against the simulator, on free ports, with the given environment. */
export async function startTestServer(
  env: Record<string, string> = {},
  {
    production = true,
    ...serveOptions
  }: Pick<ServeOptions, 'router' | 'ownerOf' | 'webRoot' | 'clock'> & { production?: boolean } = {},
): Promise<TestServer> {
  const simulator = await startSimulator({ defaults: { tps: 0, ttft: 0 } })
  const logs: Record<string, unknown>[] = []
  const logger = pino(
    { level: 'debug' },
    { write: (line: string) => void logs.push(JSON.parse(line) as Record<string, unknown>) },
  )
  const server = await serve({
    env: parseEnv(
      { PORT: '0', ANTHROPIC_API_KEY: 'test-key-of-nobody', ANTHROPIC_BASE_URL: simulator.url, ...env },
      { production },
    ),
    logger,
    ...serveOptions,
  })
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
      const runId = randomUUID()
      const messages = [{ role: 'user', content: prompt }]
      const { status, body } = await client.call('chat.start', { runId, messages, ...options })
      if (status !== 200) throw new Error(`chat.start: ${status} ${JSON.stringify(body)}`)
      return runId
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
