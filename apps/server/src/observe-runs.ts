import type { RunsOptions, RunSummary } from '@sluice/runs'
import type { FastifyBaseLogger } from 'fastify'
import type { Metrics } from './metrics.ts'

type Observers = Pick<RunsOptions, 'onStart' | 'onFrameGap' | 'onEnd' | 'onError'>

/** Reports what happens to runs to the log and the metrics. */
export function observeRuns(logger: FastifyBaseLogger, metrics: Metrics | undefined): Observers {
  return {
    onStart(run) {
      metrics?.started()
      logger.info(run, 'run started')
    },
    ...(metrics && { onFrameGap: metrics.frameGap }),
    onEnd(run) {
      metrics?.ended(run)
      logger.info(logFieldsOf(run), 'run ended')
    },
    onError: (error, runId) => logger.error({ err: error, runId }, 'run failed'),
  }
}

/** The fields of the log line for an ended run. */
function logFieldsOf({ terminal, usage, ms, firstTextMs, ...run }: RunSummary): object {
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
