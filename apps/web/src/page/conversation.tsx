import { Answer } from '../answer/answer.tsx'
import type { Turn } from '../chat/chat.ts'

export function Conversation(props: {
  turns: readonly Turn[]
  live: boolean
  busy: boolean
  onRetry: () => void
  onEdit: () => void
}) {
  const { turns, live, busy, onRetry, onEdit } = props

  return (
    <ol className="turns">
      {turns.map(({ prompt, run, runId, started }, index) => (
        <li key={runId} className="turn">
          <div className="prompt">
            <span className="unseen">You asked: </span>
            <span data-testid="prompt">{prompt}</span>
          </div>
          <Answer
            run={run}
            live={live && started}
            onRetry={onRetry}
            onEdit={onEdit}
            canAct={index === turns.length - 1 && !busy}
          />
        </li>
      ))}
    </ol>
  )
}
