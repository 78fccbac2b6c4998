import { useLayoutEffect } from 'react'
import { isOver } from '@sluice/client'
import { useRun } from '@sluice/client/react'
import { AnswerText } from './answer-text.tsx'
import type { Turn } from '../chat/turn.ts'
import { AnswerActions } from './answer-actions.tsx'
import { AnswerEnding } from './answer-ending.tsx'
import { endingOf } from './ending.ts'
import { type RunState, stateOf } from './run-state.ts'
import { StatusLine } from './status-line.tsx'
import { Thinking } from './thinking.tsx'

/**
 * What moves only says that something will come. Text that grows says so itself, and an animation would have the
 * browser draw three frames for each in which there is something new.
 */
const CHANNELS: Readonly<Record<RunState | 'over', string>> = {
  connecting: 'channel open moving',
  waiting: 'channel open moving',
  thinking: 'channel open moving',
  writing: 'channel open',
  reconnecting: 'channel open moving',
  over: 'channel',
}

/** An answer: its text, what it is doing or how it ended, and what it took. */
export function AnswerCard(props: {
  turn: Turn
  live: boolean
  /** The last answer, and it has ended: it can be asked for again. */
  canAct: boolean
  onGrow: () => void
  onRetry: () => void
  onEdit: () => void
  onContinue: () => void
}) {
  const { turn, live, canAct, onGrow, onRetry, onEdit, onContinue } = props
  const run = useRun(turn.run, live)
  const times = turn.times()
  const { view } = run
  const over = isOver(run)
  const ending = endingOf(run)

  useLayoutEffect(() => {
    if (run.commits > 0 || over) onGrow()
  }, [run, over, onGrow])

  return (
    <article
      className={CHANNELS[stateOf(run) ?? 'over']}
      aria-label="Answer"
      aria-busy={!over}
      data-testid="answer"
      data-status={view.status}
      data-position={view.position}
      data-commits={run.commits}
      data-gaps={run.gaps}
      data-reconnects={run.reconnects}
    >
      {/* Answers have headings of their own, below this one: so they are in order, and it leads from answer to answer. */}
      <h2 className="sr-only">Answer</h2>
      {view.thinking !== '' && <Thinking run={run} times={times} />}
      <div className="answer-text" data-testid="answer-text">
        <AnswerText text={view.text} status={over ? (ending ? 'truncated' : 'complete') : 'streaming'} />
      </div>
      <StatusLine run={run} times={times} />
      {ending && (
        <AnswerEnding
          ending={ending}
          canAct={canAct}
          onAct={(action) => ({ retry: onRetry, edit: onEdit, continue: onContinue })[action]()}
        />
      )}
      {over && (
        <div className="mt-1.5 -ml-2 flex min-h-8 flex-wrap gap-x-1">
          <AnswerActions
            run={run}
            times={times}
            onRegenerate={canAct && ending?.action !== 'retry' ? onRetry : undefined}
          />
        </div>
      )}
    </article>
  )
}
