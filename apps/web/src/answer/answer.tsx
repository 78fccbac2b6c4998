import { isOver, type RunStore } from '../run/run-store.ts'
import { useRun } from '../run/use-run.ts'
import { AnswerEnding } from './answer-ending.tsx'
import { endingOf, waitingFor } from './answer-state.ts'
import { AnswerUsage } from './answer-usage.tsx'
import { BlockList } from './block-list.tsx'
import { Thinking } from './thinking.tsx'

export function Answer(props: {
  run: RunStore
  live: boolean
  /** The last answer, and it has ended: it can be asked for again. */
  canAct: boolean
  onRetry: () => void
  onEdit: () => void
}) {
  const { run, live, canAct, onRetry, onEdit } = props
  const snapshot = useRun(run, live)
  const { view, text, thinking, connection } = snapshot
  const over = isOver(snapshot)
  const ending = endingOf(snapshot)
  const waiting = waitingFor(snapshot)

  return (
    <article
      className={over ? 'answer' : 'answer flowing'}
      aria-label="Answer"
      aria-busy={!over}
      data-testid="answer"
      data-status={view.status}
      data-position={view.position}
      data-commits={snapshot.commits}
      data-gaps={snapshot.gaps}
      data-reconnects={snapshot.reconnects}
    >
      {view.thinking !== '' && <Thinking blocks={thinking} active={!over && view.status === 'thinking'} />}
      <div className="answer-text" data-testid="answer-text">
        <BlockList blocks={text} />
      </div>
      {!over && (
        <p className="waiting" data-testid="connection" data-state={connection}>
          {waiting && (
            <span
              key={waiting}
              className={waiting === 'Reconnecting' ? 'waiting-label late' : 'waiting-label'}
            >
              {waiting}
              <span className="dots" aria-hidden="true" />
            </span>
          )}
        </p>
      )}
      {ending && <AnswerEnding ending={ending} canAct={canAct} onRetry={onRetry} onEdit={onEdit} />}
      {view.usage && <AnswerUsage usage={view.usage} costUsd={view.costUsd ?? null} model={view.model} />}
    </article>
  )
}
