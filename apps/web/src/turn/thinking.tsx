import { memo } from 'react'
import type { PartTimes } from '../chat/run-times.ts'
import { elapsed, wholeSeconds } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { useNow } from '../ui/use-now.ts'
import { AnswerText } from './answer-text.tsx'

/** Claude's thinking, folded away behind one row that says how long it goes on, or took. */
export const Thinking = memo(function Thinking(props: {
  text: string
  active: boolean
  times: PartTimes | undefined
}) {
  const { text, active, times } = props
  const now = useNow(active)
  const lasted = times?.to === undefined ? undefined : times.to - times.from

  return (
    <details className="group mb-2 text-[0.9375rem] text-quiet" data-testid="thinking">
      <summary className="flex min-h-8 w-fit items-center gap-1.5 rounded-lg pr-2 text-sm tabular-nums select-none hover:text-ink">
        <Icon name="chevron" className="size-3.5 transition-transform group-open:rotate-90" />
        {active ? (
          <span>
            Thinking
            <span className="dots" aria-hidden="true" /> {elapsed(times?.from, now)}
          </span>
        ) : lasted === undefined ? (
          'Thoughts'
        ) : (
          `Thought for ${wholeSeconds(lasted)}`
        )}
      </summary>
      <div className="mt-1 mb-3 ml-1.5 border-l border-line pl-3.5">
        <AnswerText text={text} status={active ? 'streaming' : 'complete'} />
      </div>
    </details>
  )
})
