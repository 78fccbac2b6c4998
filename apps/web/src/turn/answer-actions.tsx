import type { RunSnapshot } from '@sluice/client'
import type { RunTimes } from '../chat/run-times.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { AnswerFigures } from './answer-figures.tsx'

/** What can be done with an answer that has ended, and what it took. */
export function AnswerActions(props: {
  run: RunSnapshot
  times: RunTimes
  /** Undefined where it makes no sense, or is offered elsewhere. */
  onRegenerate: (() => void) | undefined
}) {
  const { run, times, onRegenerate } = props
  const { text } = run.view

  return (
    <>
      {text !== '' && <CopyButton label="Copy answer" text={() => text} testId="copy-answer" />}
      {onRegenerate && (
        <IconButton
          icon="retry"
          label="Regenerate: a new answer in place of this one"
          data-testid="regenerate"
          onClick={onRegenerate}
        />
      )}
      <AnswerFigures run={run} times={times} />
    </>
  )
}
