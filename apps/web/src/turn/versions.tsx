import type { Step } from '../chat/branch.ts'
import { IconButton } from '../ui/icon-button.tsx'

/** Which version of a question or an answer is shown, as `2 / 3`, and the way to the others. Nothing for a single one. */
export function Versions(props: {
  of: 'question' | 'answer'
  step: Step
  disabled: boolean
  onChoose: (messageId: string) => void
}) {
  const { of, step, disabled, onChoose } = props
  const ids = step[`${of}s`]
  const index = ids.indexOf(step[of].messageId)
  if (ids.length < 2) return null

  function arrow(to: number, label: string, className: string) {
    const id = ids[to]
    return (
      <IconButton
        icon="chevron"
        label={`${label} ${of}`}
        className={`aria-disabled:pointer-events-none aria-disabled:opacity-40 ${className}`}
        // Not `disabled`, which would take the focus from the arrow that has led to the last one.
        aria-disabled={disabled || id === undefined}
        onClick={() => !disabled && id !== undefined && onChoose(id)}
      />
    )
  }

  return (
    <span
      className="inline-flex items-center text-[0.8125rem] text-quiet tabular-nums"
      data-testid={`${of}-versions`}
    >
      {arrow(index - 1, 'Previous', 'rotate-180')}
      <span>
        {index + 1} / {ids.length}
      </span>
      {arrow(index + 1, 'Next', '')}
    </span>
  )
}
