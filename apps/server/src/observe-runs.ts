import type { RunsOptions, RunSummary } from '@sluice/runs'
import type { FastifyBaseLogger } from 'fastify'
import type { Metrics } from './metrics.ts'

type Observers = Pick<RunsOptions, 'onStart' | 'onFirstText' | 'onFrameGap' | 'onEnd' | 'onError'>

/** Who hears of what happens to runs: the log and the metrics. */
export function observeRuns(logger: FastifyBaseLogger, metrics: Metrics | undefined): Observers {
  return {
    onStart(run) {
      metrics?.started()
      logger.info(run, 'run started')
    },
    onFirstText({ runId, ms }) {
      metrics?.firstText(ms)
      logger.debug({ runId, ms: Math.round(ms) }, 'first text')
    },
    ...(metrics && { onFrameGap: metrics.frameGap }),
    onEnd(run) {
      metrics?.ended(run)
      logger.info(lineOf(run), 'run ended')
    },
    onError: (error, runId) => logger.error({ err: error, runId }, 'run failed'),
  }
}

/** One flat line that says what a run did, how it ended and what it cost. */
function lineOf({ terminal, usage, ms, firstTextMs, ...run }: RunSummary): object {
  return {
    ...run,
    ms: Math.round(ms),
    firstTextMs: firstTextMs === undefined ? undefined : Math.round(firstTextMs),
    ...usage,
    ...(terminal.type === 'done'
      ? { end: terminal.stopReason }
      : { end: terminal.code, retryable: terminal.retryable }),
    costUsd: terminal.costUsd,
  }
}
