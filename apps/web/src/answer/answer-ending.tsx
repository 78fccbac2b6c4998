import type { Ending } from './answer-state.ts'

export function AnswerEnding(props: {
  ending: Ending
  canAct: boolean
  onRetry: () => void
  onEdit: () => void
}) {
  const { ending, canAct, onRetry, onEdit } = props

  return (
    <div className={`ending ${ending.tone}`} data-testid="ending">
      <p>{ending.message}</p>
      {canAct && ending.action === 'retry' && (
        <button type="button" className="button" data-testid="retry" onClick={onRetry}>
          Retry
        </button>
      )}
      {canAct && ending.action === 'edit' && (
        <button type="button" className="button" data-testid="edit" onClick={onEdit}>
          Edit prompt
        </button>
      )}
    </div>
  )
}
