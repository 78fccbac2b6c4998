import { Button } from '../ui/button.tsx'
import type { Action, Ending } from './ending.ts'

const LABELS = { retry: 'Retry', edit: 'Edit prompt', continue: 'Continue' }

/** What happened, what it costs to go on, and the one thing that helps. */
export function AnswerEnding(props: { ending: Ending; canAct: boolean; onAct: (action: Action) => void }) {
  const { ending, canAct, onAct } = props
  const { kind, message, cost, action } = ending
  const colors = kind === 'failed' ? 'bg-bad-soft text-bad' : 'bg-sunk text-ink'

  return (
    <div
      className={`mt-3 flex flex-wrap items-center justify-between gap-x-4 gap-y-2 rounded-lg py-2 pr-2 pl-3.5 text-[0.9375rem] ${colors}`}
      data-testid="ending"
      data-kind={kind}
    >
      <div className="min-w-0 py-1">
        <p className="font-medium">{message}</p>
        {cost && canAct && <p className="text-[0.8125rem] text-quiet">{cost}</p>}
      </div>
      {canAct && action && (
        <Button data-testid={action} onClick={() => onAct(action)}>
          {LABELS[action]}
        </Button>
      )}
    </div>
  )
}
