import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import { createClaude, webTools } from '@sluice/claude'
import type { Simulator } from '@sluice/claude-sim'
import { type Clock, Runs, systemClock } from '@sluice/runs'
import type { AnyRouter } from '@trpc/server'
import type { Logger } from 'pino'
import { type Accounts, createAccounts } from './accounts.ts'
import { createAdmission } from './admission.ts'
import { loadAuth } from './auth/load-auth.ts'
import { createApp } from './create-app.ts'
import { createServerDatabase, type ServerDatabaseOptions } from './database.ts'
import type { Env } from './env.ts'
import { createLimits } from './limits.ts'
import { createLiveStore } from './live-store.ts'
import { createMetrics } from './metrics.ts'
import { observeRuns } from './observe-runs.ts'
import type { OwnerOf } from './owner.ts'
import { createRunRecords } from './run-records.ts'
import { keptSecret } from './session-secret.ts'
import { createSweeper } from './sweeper.ts'
import type { ToolsOptions } from './tools-of.ts'
import type { Tools } from './tools.ts'

export interface ServeOptions {
  readonly env: Env
  readonly logger: Logger
  readonly webRoot?: string | undefined
  /** The router to serve at /trpc. Default: the app's own. */
  readonly router?: AnyRouter | undefined
  /** Finds the owner of a request. Default: an anonymous session in a signed cookie. */
  readonly ownerOf?: OwnerOf | undefined
  /** The system prompt of answers in conversations. Default: none. */
  readonly system?: string | undefined
  /** Makes the tools of answers in conversations: see `toolsOf`. Default: none. */
  readonly tools?: ((options: ToolsOptions) => Tools) | undefined
  /** Times frames, graces and leases. Default: the system's clock. */
  readonly clock?: Clock
  /** Opens the database of `DATABASE_URL`. Default: as `@sluice/db` does. */
  readonly openDatabase?: ServerDatabaseOptions['open']
}

export interface RunningServer {
  /** Its address, e.g. `http://127.0.0.1:3000`. */
  readonly url: string
  /** The address of the metrics for Prometheus; undefined without `METRICS_PORT`. */
  readonly metricsUrl: string | undefined
  readonly runs: Runs
  /** Resolves when the database is open. @throws {RunsError} `unavailable` after 14 s. */
  ready(): Promise<unknown>
  /** See {@link Accounts}: for a sign-in that is not a procedure. */
  readonly adopt: Accounts['adopt']
  /**
   * Resolves when the database is open and Redis, if it is used, was reached; or the server is closed.
   *
   * @throws {DatabaseError} `newer`; {Error} for a Redis that evicts keys. Trying again would not help.
   */
  readonly opened: Promise<unknown>
  /**
   * Accepts no new runs (/readyz is 503 from now on), gives live runs `drainMs` (default 0) to end, and ends the rest
   * with `interrupted`. Then gives readers `READER_DRAIN_MS` to receive the end, and their sockets as long to close.
   * Readers and acks are served until then. Idempotent.
   */
  close(options?: { drainMs?: number }): Promise<void>
}

/** As the Messages API allows in one request. */
const MAX_FILES = 100

/**
 * Builds the server from the environment and listens.
 *
 * @throws with `code: 'EADDRINUSE'` when the port is in use; what `toolsOf` throws.
 */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const { env, logger, webRoot, router, ownerOf, system, clock = systemClock, openDatabase } = options
  const tools = options.tools?.({
    maxMs: env.TOOL_MAX_MS,
    onError: ({ error, ...call }) => logger.error({ err: error, ...call }, 'tool failed'),
  })
  const simulator = env.useSimulator ? await startEmbeddedSimulator() : undefined
  const instance = randomUUID()
  const sweeper = createSweeper({ logger })
  const database = createServerDatabase({
    url: env.DATABASE_URL,
    instance,
    logger,
    open: openDatabase,
    alive: () => live?.store.others ?? [],
    onOpen: (db) => sweeper.start(db),
  })
  const live =
    env.REDIS_URL === undefined
      ? undefined
      : await createLiveStore({
          url: env.REDIS_URL,
          instance,
          runMaxMs: env.RUN_MAX_MS,
          database,
          logger,
          clock,
        })
  const limits = createLimits({
    startsPerMinute: env.STARTS_PER_MINUTE,
    startsPerMinutePerIp: env.STARTS_PER_MINUTE_PER_IP,
    subscriptionsPerMinute: env.SUBSCRIPTIONS_PER_MINUTE,
    acksPerMinute: env.ACKS_PER_MINUTE,
    send: live?.send,
  })
  const admission = createAdmission({
    maxRuns: env.MAX_RUNS,
    maxRunsPerOwner: env.MAX_RUNS_PER_OWNER,
    maxRunsPerIp: env.MAX_RUNS_PER_IP,
  })
  // Counting costs a little with every frame, so there are metrics only when they are served.
  const metrics =
    env.METRICS_PORT === undefined
      ? undefined
      : createMetrics({ runs: () => runs, spentToday: () => accounts.spentToday(), redis: live?.store })
  const budgets = { dailyUsd: env.DAILY_USD, dailyUsdPerOwner: env.DAILY_USD_PER_OWNER }
  const records = createRunRecords({ database, budgets, instance, logger })
  const runs = new Runs({
    windowChars: env.WINDOW_CHARS,
    frameMs: env.FRAME_MS,
    graceMs: env.GRACE_MS,
    leaseMs: env.LEASE_MS,
    runMaxMs: env.RUN_MAX_MS,
    records,
    live: live?.store,
    clock,
    ...observeRuns(logger, metrics),
  })
  const accounts = createAccounts({ database, records, runs })
  const secret = env.SESSION_SECRET ?? (await keptSecret('.data/session-secret'))
  const auth = await loadAuth({ env, secret, database, accounts, clock, logger })
  const claude = createClaude({
    apiKey: simulator ? 'simulator' : (env.ANTHROPIC_API_KEY ?? ''),
    baseUrl: simulator?.url ?? env.ANTHROPIC_BASE_URL,
    idleMs: env.UPSTREAM_IDLE_MS,
    maxRetryAfterMs: env.MAX_RETRY_AFTER_MS,
    onFailure: (failure) => logger.warn(failure, 'Claude failed'),
  })
  let draining = false
  let metricsServer: Server | undefined
  const app = await createApp({
    services: {
      runs,
      records,
      database,
      claude,
      limits,
      admission,
      accounts,
      signIn: auth?.methods,
      onRefusal: metrics?.refused,
      system,
      tools,
      webTools: webTools({ search: env.WEB_SEARCH === '1', fetch: env.WEB_FETCH === '1' }),
      defaultModel: env.CLAUDE_MODEL,
      allowedModels: env.MODELS,
      allowedOnDisconnect: env.ON_DISCONNECT,
      maxPromptChars: env.MAX_PROMPT_CHARS,
      maxMessages: env.MAX_MESSAGES,
      files: {
        maxImageBytes: env.MAX_IMAGE_BYTES,
        maxBytes: env.MAX_FILES_BYTES,
        maxFiles: MAX_FILES,
        bytesPerOwner: env.FILES_BYTES_PER_OWNER,
      },
      maxRunUsd: env.RUN_MAX_USD,
      maxOutputTokens: env.MAX_OUTPUT_TOKENS,
      simulator: simulator !== undefined,
      simulatorChosen: env.SIMULATOR === '1',
      claudeSent: simulator && (() => latestChars(simulator)),
    },
    logger,
    auth,
    sessionSecret: secret,
    allowedHosts: env.ALLOWED_HOSTS,
    allowedOrigins: env.ALLOWED_ORIGINS,
    trustProxy: env.TRUST_PROXY,
    requests: {
      maxHeaderBytes: env.MAX_HEADER_BYTES,
      headersMs: env.HEADERS_MS,
      requestMs: env.REQUEST_MS,
      maxBatch: env.MAX_BATCH,
      perMinutePerIp: env.REQUESTS_PER_MINUTE_PER_IP,
    },
    streams: {
      perOwner: env.MAX_STREAMS_PER_OWNER,
      perIp: env.MAX_STREAMS_PER_IP,
      stallMs: env.LEASE_MS,
    },
    isReady: () => !draining && database.isOpen,
    webRoot,
    router,
    ownerOf,
  })

  const close = async (drainMs: number) => {
    draining = true
    await runs.close({ drainMs, readerDrainMs: env.READER_DRAIN_MS })
    const cutOff = setTimeout(() => app.server.closeAllConnections(), env.READER_DRAIN_MS)
    await app.close()
    clearTimeout(cutOff)
    await records.close()
    await live?.close()
    await sweeper.close()
    await database.close()
    metricsServer?.close()
    await simulator?.close()
  }
  try {
    metricsServer = await metrics?.listen({ port: env.METRICS_PORT ?? 0, host: env.HOST })
    const url = await app.listen({ port: env.PORT, host: env.HOST })
    const opened = Promise.all([database.open(), live?.checked])
    // It has been logged.
    opened.catch(() => {})
    let closing: Promise<void> | undefined
    return {
      url,
      metricsUrl: urlOf(metricsServer),
      runs,
      ready: () => database.ready(),
      adopt: (from, to) => accounts.adopt(from, to),
      opened,
      close: ({ drainMs = 0 } = {}) => (closing ??= close(drainMs)),
    }
  } catch (error) {
    await close(0)
    throw error
  }
}

function urlOf(server: Server | undefined): string | undefined {
  const address = server?.address()
  if (address === null || typeof address !== 'object') return undefined
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `http://${host}:${address.port}/metrics`
}

/** Imported only when it is used: never in production with a key. */
async function startEmbeddedSimulator(): Promise<Simulator> {
  const { startSimulator } = await import('@sluice/claude-sim')
  return startSimulator()
}

function latestChars(simulator: Simulator): number | undefined {
  const latest = simulator.stats().requests.at(-1)
  return latest && latest.text.length + latest.thinking.length
}
