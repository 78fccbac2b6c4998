import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import { createClaude } from '@sluice/claude'
import type { Simulator } from '@sluice/claude-sim'
import { type Clock, Runs } from '@sluice/runs'
import type { AnyRouter } from '@trpc/server'
import type { Logger } from 'pino'
import { createAdmission } from './admission.ts'
import { createApp } from './create-app.ts'
import type { Env } from './env.ts'
import { createLimits } from './limits.ts'
import { createMetrics } from './metrics.ts'
import { observeRuns } from './observe-runs.ts'
import type { OwnerOf } from './owner.ts'

export interface ServeOptions {
  readonly env: Env
  readonly logger: Logger
  readonly webRoot?: string | undefined
  /** What is served at /trpc. Default: the app's own router. */
  readonly router?: AnyRouter | undefined
  /** Who is asking. Default: an anonymous session in a signed cookie. */
  readonly ownerOf?: OwnerOf | undefined
  /** Times frames, graces and leases. Default: the system's clock. */
  readonly clock?: Clock
}

export interface RunningServer {
  /** Where it listens, e.g. `http://127.0.0.1:3000`. */
  readonly url: string
  /** Where Prometheus may ask, if `METRICS_PORT` says so. */
  readonly metricsUrl: string | undefined
  readonly runs: Runs
  /**
   * Takes no new runs (and says so at /readyz), gives the live ones `drainMs` (default 0) to end, ends the rest
   * with `interrupted`, gives their readers `READER_DRAIN_MS` to receive the end, then their sockets as
   * long to close, and closes. Readers and acks are served until then.
   * Idempotent.
   */
  close(options?: { drainMs?: number }): Promise<void>
}

/** Builds everything from the environment and listens. @throws with `code: 'EADDRINUSE'` for a busy port. */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const { env, logger, webRoot, router, ownerOf, clock } = options
  const simulator = env.useSimulator ? await startEmbeddedSimulator() : undefined
  const limits = createLimits({
    startsPerMinute: env.STARTS_PER_MINUTE,
    startsPerMinutePerIp: env.STARTS_PER_MINUTE_PER_IP,
    subscriptionsPerMinute: env.SUBSCRIPTIONS_PER_MINUTE,
    acksPerMinute: env.ACKS_PER_MINUTE,
  })
  const admission = createAdmission({
    maxRuns: env.MAX_RUNS,
    maxRunsPerOwner: env.MAX_RUNS_PER_OWNER,
    maxRunsPerIp: env.MAX_RUNS_PER_IP,
    dailyUsd: env.DAILY_USD,
    dailyUsdPerOwner: env.DAILY_USD_PER_OWNER,
  })
  // Counting costs some with every frame, so it is done only for whoever asks.
  const metrics = env.METRICS_PORT === undefined ? undefined : createMetrics({ runs: () => runs, admission })
  const runs = new Runs({
    windowChars: env.WINDOW_CHARS,
    frameMs: env.FRAME_MS,
    graceMs: env.GRACE_MS,
    leaseMs: env.LEASE_MS,
    runMaxMs: env.RUN_MAX_MS,
    retainMs: env.RETAIN_MS,
    maxRetainedChars: env.MAX_RETAINED_CHARS,
    ...(clock && { clock }),
    ...observeRuns(logger, metrics),
  })
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
      claude,
      limits,
      admission,
      onRefusal: metrics?.refused,
      defaultModel: env.CLAUDE_MODEL,
      allowedModels: env.MODELS,
      maxPromptChars: env.MAX_PROMPT_CHARS,
      maxMessages: env.MAX_MESSAGES,
      maxOutputTokens: env.MAX_OUTPUT_TOKENS,
      simulator: simulator !== undefined,
      simulatorChosen: env.SIMULATOR === '1',
      claudeSent: simulator && (() => latestChars(simulator)),
    },
    logger,
    // Runs live in this process's memory, so sessions that end with it lose nothing.
    sessionSecret: env.SESSION_SECRET ?? randomBytes(32).toString('hex'),
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
    isReady: () => !draining,
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
    metricsServer?.close()
    await simulator?.close()
  }
  try {
    metricsServer = await metrics?.listen({ port: env.METRICS_PORT ?? 0, host: env.HOST })
    const url = await app.listen({ port: env.PORT, host: env.HOST })
    let closing: Promise<void> | undefined
    return {
      url,
      metricsUrl: urlOf(metricsServer),
      runs,
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

/** Loaded only when it is used: production with a key never reads it. */
async function startEmbeddedSimulator(): Promise<Simulator> {
  const { startSimulator } = await import('@sluice/claude-sim')
  return startSimulator()
}

function latestChars(simulator: Simulator): number | undefined {
  const latest = simulator.stats().requests.findLast(({ endpoint }) => endpoint === 'messages')
  return latest && latest.text.length + latest.thinking.length
}
