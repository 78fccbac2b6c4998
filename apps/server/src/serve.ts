import { randomBytes } from 'node:crypto'
import { createClaude } from '@sluice/claude'
import { Runs } from '@sluice/runs'
import type { Logger } from 'pino'
import { createApp } from './create-app.ts'
import type { Env } from './env.ts'

export interface ServeOptions {
  readonly env: Env
  readonly logger: Logger
  readonly webRoot?: string | undefined
}

export interface RunningServer {
  /** Where it listens, e.g. `http://127.0.0.1:3000`. */
  readonly url: string
  readonly runs: Runs
  /** Ends every run with `interrupted`, lets its readers hear of it, and closes. Idempotent. */
  close(): Promise<void>
}

/** How long, in ms, readers have to take a last event before their sockets are closed. */
const FAREWELL_MS = 2000

/** Builds everything from the environment and listens. @throws with `code: 'EADDRINUSE'` for a busy port. */
export async function serve({ env, logger, webRoot }: ServeOptions): Promise<RunningServer> {
  const simulator = env.useSimulator ? await startEmbeddedSimulator() : undefined
  const runs = new Runs({
    windowChars: env.WINDOW_CHARS,
    frameMs: env.FRAME_MS,
    graceMs: env.GRACE_MS,
    leaseMs: env.LEASE_MS,
    runMaxMs: env.RUN_MAX_MS,
    retainMs: env.RETAIN_MS,
    maxRunsPerOwner: env.MAX_RUNS_PER_OWNER,
    maxRuns: env.MAX_RUNS,
    onEnd: ({ runId, terminal, chars, ms }) =>
      logger.info({ runId, chars, ms: Math.round(ms), ...terminal }, 'run ended'),
    onError: (error, runId) => logger.error({ err: error, runId }, 'run failed'),
  })
  const claude = createClaude({
    apiKey: simulator ? 'simulator' : (env.ANTHROPIC_API_KEY ?? ''),
    baseUrl: simulator?.url ?? env.ANTHROPIC_BASE_URL,
    idleMs: env.UPSTREAM_IDLE_MS,
    totalMs: env.RUN_MAX_MS,
    onFailure: (failure) => logger.warn(failure, 'Claude failed'),
  })
  const app = await createApp({
    services: {
      runs,
      claude,
      defaultModel: env.CLAUDE_MODEL,
      maxPromptChars: env.MAX_PROMPT_CHARS,
      simulator: simulator !== undefined,
    },
    logger,
    // Runs live in this process's memory, so sessions that end with it lose nothing.
    sessionSecret: env.SESSION_SECRET ?? randomBytes(32).toString('hex'),
    webRoot,
  })

  const close = async () => {
    await runs.close()
    const cutOff = setTimeout(() => app.server.closeAllConnections(), FAREWELL_MS)
    await app.close()
    clearTimeout(cutOff)
    await simulator?.close()
  }
  try {
    const url = await app.listen({ port: env.PORT, host: env.HOST, listenTextResolver: () => '' })
    let closing: Promise<void> | undefined
    return { url, runs, close: () => (closing ??= close()) }
  } catch (error) {
    await close()
    throw error
  }
}

/** Loaded only when it is used: production with a key never reads it. */
async function startEmbeddedSimulator(): Promise<{ url: string; close(): Promise<void> }> {
  const { startSimulator } = await import('@sluice/claude-sim')
  return startSimulator()
}
