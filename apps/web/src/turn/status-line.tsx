import { pageClock, type RunSnapshot } from '@sluice/client'
import type { RunTimes } from '../chat/run-times.ts'
import { elapsed, wholeSeconds } from '../ui/format.ts'
import { useNow } from '../ui/use-now.ts'
import { labelOf, stateOf } from './run-state.ts'

/** What an answer is doing until it ends. While it thinks, `Thinking` says so in its place. */
export function StatusLine({ run, times }: { run: RunSnapshot; times: RunTimes }) {
  const state = stateOf(run)
  const now = useNow(state !== undefined)
  const { parts } = run.view
  if (!state || (state === 'thinking' && parts.at(-1)?.type === 'thinking')) return null
  const late = state === 'reconnecting'
  const left = (run.retryAt ?? 0) - pageClock.now()

  return (
    <p
      className="flex min-h-8 flex-wrap items-center gap-x-2 text-sm text-quiet tabular-nums"
      data-testid="connection"
      data-state={run.connection}
      data-status={state}
    >
      <span key={state} className={late ? 'after-a-second text-warn' : ''}>
        {labelOf(state, parts)}
        <span className="dots" aria-hidden="true" />
      </span>
      {late ? (
        <span className="after-a-second text-warn" data-testid="retry-countdown">
          {left > 0 ? `retrying in ${wholeSeconds(left)}` : 'retrying now'}
        </span>
      ) : (
        <span>{elapsed(times.askedAt, now)}</span>
      )}
    </p>
  )
}
