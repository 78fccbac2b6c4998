import { existsSync } from 'node:fs'
import { loadEnvFile } from 'node:process'
import { type Logger, pino } from 'pino'
import { EnvError, parseEnv } from './env.ts'
import { labAppRouter } from './routers/app-router.ts'
import { type RunningServer, serve } from './serve.ts'

export interface RunServerOptions {
  readonly production: boolean
  /** Root of the repository, where `.env` may lie. */
  readonly root: string
  /** The built page, unless something else serves it. */
  readonly webRoot?: string | undefined
}

/** The whole life of the process: environment, listen, signals. Exits 1 with one message when it cannot start. */
export async function runServer({ production, root, webRoot }: RunServerOptions): Promise<void> {
  const envFile = `${root}/.env`
  if (existsSync(envFile)) loadEnvFile(envFile)
  try {
    const env = parseEnv(process.env, { production })
    const logger = pino({
      level: env.LOG_LEVEL,
      ...(production ? {} : { transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname' } } }),
    })
    const server = await serve({
      env,
      logger,
      webRoot,
      // The lab of the page asks how a run flows.
      router: production ? undefined : labAppRouter,
    })
    announce(logger, { url: server.url, webRoot, env })
    surviveStrayErrors(server, logger)
    // While developing, nobody wants to wait for an answer before a restart.
    closeOnSignals(server, logger, production ? env.DRAIN_MS : 0)
  } catch (error) {
    process.stderr.write(`${startFailure(error)}\n`)
    process.exit(1)
  }
}

/**
 * A promise that nobody awaited is a bug, but hurts nobody else's run: it is logged. An exception that nobody
 * caught may have left anything half done: the process ends, and its runs are told.
 */
function surviveStrayErrors(server: RunningServer, logger: Logger): void {
  process.on('unhandledRejection', (reason) => logger.error({ err: reason }, 'unhandled rejection'))
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'uncaught exception')
    void server.close().finally(() => process.exit(1))
  })
}

/** The first signal drains, the second ends at once. */
function closeOnSignals(server: RunningServer, logger: Logger, drainMs: number): void {
  let closing = false
  const onSignal = (signal: NodeJS.Signals) => {
    if (closing) {
      logger.warn({ signal, liveRuns: server.runs.live }, 'ending at once')
      process.exit(1)
    }
    closing = true
    logger.info({ signal, liveRuns: server.runs.live, drainMs }, 'draining: no new runs')
    server.close({ drainMs }).then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'closing failed')
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal)
}

function announce(
  logger: Logger,
  { url, webRoot, env }: { url: string; webRoot: string | undefined; env: ReturnType<typeof parseEnv> },
): void {
  logger.info(
    { url, model: env.CLAUDE_MODEL, simulator: env.useSimulator },
    // In development Vite serves the page, at the first port that is free.
    webRoot === undefined
      ? 'The API is ready: open the page at the address that Vite names'
      : `Sluice is ready: open ${url}`,
  )
  if (!env.useSimulator) return
  const cure = env.SIMULATOR === '1' ? 'Unset SIMULATOR' : 'Set ANTHROPIC_API_KEY'
  logger.warn(`Answers come from the simulator. ${cure} to talk to Claude.`)
}

function startFailure(error: unknown): string {
  if (error instanceof EnvError) return error.message
  if (!(error instanceof Error)) return `The server could not start: ${String(error)}`
  if ('code' in error && error.code === 'EADDRINUSE' && 'port' in error) {
    const port = Number(error.port)
    return `Port ${port} is in use. Stop what uses it, or choose another one, e.g. PORT=${port + 1}.`
  }
  return `The server could not start: ${error.message}`
}
