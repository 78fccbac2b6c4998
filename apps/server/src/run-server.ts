import { existsSync } from 'node:fs'
import { loadEnvFile } from 'node:process'
import { type Logger, pino } from 'pino'
import { appTools } from './app-tools.ts'
import { type Env, EnvError, parseEnv } from './env.ts'
import { readableLog } from './readable-log.ts'
import { labAppRouter } from './routers/app-router.ts'
import { type RunningServer, serve } from './serve.ts'

export interface RunServerOptions {
  readonly production: boolean
  /** Root of the repository, for `.env`. */
  readonly root: string
  /** Folder of the built page. Undefined in development, where Vite serves it. */
  readonly webRoot?: string | undefined
}

/** The life of the process: environment, listen, signals. Exits with 1 and one message when it cannot start. */
export async function runServer({ production, root, webRoot }: RunServerOptions): Promise<void> {
  const envFile = `${root}/.env`
  if (existsSync(envFile)) loadEnvFile(envFile)
  try {
    const env = parseEnv(process.env, { production })
    const logger = production ? pino({ level: env.LOG_LEVEL }) : pino({ level: env.LOG_LEVEL }, readableLog())
    const server = await serve({
      env,
      logger,
      webRoot,
      // The lab shows the flow of a run.
      router: production ? undefined : labAppRouter,
      tools: appTools,
    })
    announce(logger, { url: server.url, production, env })
    surviveStrayErrors(server, logger)
    // In development a restart does not wait for answers.
    closeOnSignals(server, logger, production ? env.DRAIN_MS : 0)
    await server.opened
  } catch (error) {
    process.stderr.write(`${startFailure(error)}\n`)
    // `tsx watch` would wait for a change of the code. Ending it ends `pnpm dev`. Only tsx has an IPC channel here.
    if (!production && process.send) process.kill(process.ppid)
    process.exit(1)
  }
}

/**
 * An unhandled rejection is a bug that does not affect other runs: it is logged. After an uncaught exception the state
 * of the process is unknown: it closes, and its runs end with `interrupted`.
 */
function surviveStrayErrors(server: RunningServer, logger: Logger): void {
  process.on('unhandledRejection', (reason) => logger.error({ err: reason }, 'unhandled rejection'))
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'uncaught exception')
    void server.close().finally(() => process.exit(1))
  })
}

/** The first signal drains, the second exits at once. */
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
  { url, production, env }: { url: string; production: boolean; env: Env },
): void {
  const fields = { url, model: env.CLAUDE_MODEL, simulator: env.useSimulator }
  if (!production) {
    // Vite serves the page, and prints its address when this server answers.
    logger.debug(fields, 'The API is ready')
    return
  }
  logger.info(fields, `Sluice is listening at ${url}`)
  if (env.useSimulator) logger.warn('Answers are simulated. Unset SIMULATOR to talk to Claude.')
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
