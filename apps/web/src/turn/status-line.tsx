import { pageClock, type RunSnapshot } from '@sluice/client'
import type { RunTimes } from '../chat/run-times.ts'
import { count, wholeSeconds } from '../ui/format.ts'
import { useNow } from '../ui/use-now.ts'
import { type RunState, stateOf, STATE_LABELS } from './run-state.ts'
import { speedOf } from './speed.ts'

/** What an answer is doing, for as long as it has no end. Keeps its height, so that nothing moves. */
export function StatusLine({ run, times }: { run: RunSnapshot; times: RunTimes }) {
  const state = stateOf(run)
  const now = useNow(state !== undefined)
  if (!state) return null
  const late = state === 'reconnecting'

  return (
    <p
      className="mt-2 flex min-h-6.5 flex-wrap items-center gap-x-2 text-sm text-quiet tabular-nums"
      data-testid="connection"
      data-state={run.connection}
      data-status={state}
    >
      <span key={state} className={late ? 'after-a-second text-warn' : ''}>
        {STATE_LABELS[state]}
        <span className="dots" aria-hidden="true" />
      </span>
      {late ? <RetryCountdown retryAt={run.retryAt} /> : <span>{progressOf(state, run, times, now)}</span>}
      {(run.resumes ?? 0) > 0 && !late && (
        <span
          key={run.resumes}
          className="for-a-while rounded-full bg-accent-soft px-2 text-accent"
          data-testid="resumed"
        >
          Resumed where it was
        </span>
      )}
    </p>
  )
}

function progressOf(state: RunState, run: RunSnapshot, times: RunTimes, now: number): string {
  const since = state === 'thinking' ? times.firstAt : times.askedAt
  const passed = since === undefined ? 0 : Math.floor((now - since) / 1000)
  const elapsed = passed < 1 ? '' : wholeSeconds(passed * 1000)
  if (state !== 'writing') return elapsed
  const { tokens, tokensPerSecond } = speedOf(run.view, times, now)
  const rate = tokensPerSecond === undefined ? '' : `~${count(tokensPerSecond)}/s`
  return [elapsed, `~${count(tokens)} tokens`, rate].filter((part) => part !== '').join(' · ')
}

const pageNow = () => pageClock.now()

/** Shown only where the wait is long enough to be counted. */
function RetryCountdown({ retryAt }: { retryAt: number | undefined }) {
  const now = useNow(true, 250, pageNow)
  const left = retryAt === undefined ? 0 : retryAt - now
  return (
    <span className="after-a-second text-warn" data-testid="retry-countdown">
      {left > 0 ? `next try in ${wholeSeconds(left)}` : 'trying'}
    </span>
  )
}
