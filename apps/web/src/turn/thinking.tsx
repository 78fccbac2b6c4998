import type { RunSnapshot } from '@sluice/client'
import { AnswerText } from './answer-text.tsx'
import type { RunTimes } from '../chat/run-times.ts'
import { seconds } from '../ui/format.ts'

/** Claude's thinking, folded away: the status line says that it goes on, and this what it was about. */
export function Thinking({ run, times }: { run: RunSnapshot; times: RunTimes }) {
  const { firstAt, firstTextAt = times.endedAt } = times
  const lasted = firstAt !== undefined && firstTextAt !== undefined ? firstTextAt - firstAt : undefined
  const active = run.view.status === 'thinking' && run.failure === undefined

  return (
    <details className="group mb-3 text-[0.9375rem] text-quiet" data-testid="thinking">
      <summary className="w-fit rounded select-none">
        {active ? 'Thoughts so far' : lasted === undefined ? 'Thoughts' : `Thought for ${seconds(lasted)}`}
      </summary>
      <div className="mt-1.5 border-l border-line pl-3">
        <AnswerText text={run.view.thinking} status={active ? 'streaming' : 'complete'} />
      </div>
    </details>
  )
}
