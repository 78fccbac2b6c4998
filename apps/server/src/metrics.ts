import { createServer, type Server } from 'node:http'
import { CHARS_PER_TOKEN } from '@sluice/events'
import type { RunSummary, Runs } from '@sluice/runs'
import type { RedisLiveStore } from '@sluice/runs-redis'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/** Metrics for Prometheus, one set per server. docs/operations.md explains each, and which to alert on. */
export interface Metrics {
  started(): void
  /** A start was refused. `reason` is a limit or an error code. */
  readonly refused: (reason: string) => void
  readonly frameGap: (ms: number) => void
  ended(run: RunSummary): void
  /** Serves /metrics until the returned server is closed. The metrics are not public, so they have their own port. */
  listen(options: { port: number; host: string }): Promise<Server>
}

interface Sources {
  /** A function, because the runs are created after the metrics that they report to. */
  readonly runs: () => Runs
  /** US dollars spent since 00:00 UTC; NaN without the database. */
  readonly spentToday: () => Promise<number>
  /** Undefined without Redis. */
  readonly redis: Pick<RedisLiveStore, 'isUp' | 'others'> | undefined
}

/** @param sources are read at every scrape. */
export function createMetrics({ runs, spentToday, redis }: Sources): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const gauge = (name: string, help: string, read: (runs: Runs) => number | Promise<number>) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(await read(runs()))
      },
    })
  gauge('sluice_runs_live', 'Runs that have not ended', ({ live }) => live)
  gauge('sluice_runs_retained', 'Runs in memory, ended ones included', ({ size }) => size)
  gauge('sluice_runs_paused', 'Live runs that wait for their readers to catch up', ({ paused }) => paused)
  gauge('sluice_readers', 'Open subscriptions', ({ readers }) => readers)
  gauge(
    'sluice_text_bytes_retained',
    'Text kept in memory, at two bytes a character',
    ({ chars }) => chars * 2,
  )
  gauge(
    'sluice_spent_usd_today',
    'Spent since 00:00 UTC by all instances, as DAILY_USD counts it; NaN without the database',
    spentToday,
  )
  if (redis) {
    gauge('sluice_redis_up', '1 while Redis can be reached, else 0', () => (redis.isUp ? 1 : 0))
    gauge(
      'sluice_other_instances',
      'Other instances that are alive, as Redis says',
      () => redis.others.length,
    )
    gauge('sluice_runs_copied', 'Live runs of other instances that are read here', ({ copied }) => copied)
  }
  const started = new Counter({ name: 'sluice_runs_started_total', help: 'Runs started', registers })
  const refused = new Counter({
    name: 'sluice_starts_refused_total',
    help: 'Starts refused, by the limit or the error code',
    labelNames: ['reason'],
    registers,
  })
  const ended = new Counter({
    name: 'sluice_runs_ended_total',
    help: 'Runs ended, by cause: done, stopped, or the error code',
    labelNames: ['cause'],
    registers,
  })
  const firstText = new Histogram({
    name: 'sluice_first_text_seconds',
    help: 'From the start of a run to its first text or thinking, recorded at its end',
    buckets: [0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64],
    registers,
  })
  const frameGap = new Histogram({
    name: 'sluice_frame_gap_seconds',
    help: 'Between two frames of text to one reader',
    buckets: [0.05, 0.06, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 5, 15],
    registers,
  })
  const tokens = new Counter({
    name: 'sluice_tokens_total',
    help: 'Tokens used by runs, as far as Claude reported them',
    labelNames: ['kind'],
    registers,
  })
  const cost = new Counter({ name: 'sluice_cost_usd_total', help: 'Cost of all runs', registers })
  const afterAbort = new Counter({
    name: 'sluice_tokens_after_abort_total',
    help: 'Tokens that still arrived after a run was cut short, at four characters each',
    registers,
  })
  return {
    started: () => started.inc(),
    refused: (reason) => refused.inc({ reason }),
    frameGap: (ms) => frameGap.observe(ms / 1000),
    ended({ terminal, usage, firstTextMs, charsAfterCut }) {
      ended.inc({ cause: causeOf(terminal) })
      if (firstTextMs !== undefined) firstText.observe(firstTextMs / 1000)
      afterAbort.inc(charsAfterCut / CHARS_PER_TOKEN)
      if (typeof terminal.costUsd === 'number') cost.inc(terminal.costUsd)
      if (!usage) return
      tokens.inc({ kind: 'input' }, usage.inputTokens)
      tokens.inc({ kind: 'output' }, usage.outputTokens)
      tokens.inc({ kind: 'cache_read' }, usage.cacheReadTokens)
      tokens.inc({ kind: 'cache_write' }, usage.cacheWriteTokens)
    },
    listen({ port, host }) {
      collectDefaultMetrics({ register: registry })
      return serveRegistry(registry, { port, host })
    },
  }
}

function causeOf(terminal: RunSummary['terminal']): string {
  if (terminal.type === 'error') return terminal.code
  return terminal.stopReason === 'stopped' ? 'stopped' : 'done'
}

function serveRegistry(registry: Registry, address: { port: number; host: string }): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    )
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(address, () => resolve(server))
  })
}
