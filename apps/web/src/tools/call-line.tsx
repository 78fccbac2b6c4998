import type { ToolPart } from '@sluice/events'
import type { PartTimes } from '../chat/run-times.ts'
import { elapsed, seconds } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { useNow } from '../ui/use-now.ts'
import { CallDetails } from './call-details.tsx'
import { stateWordsOf, titleOf } from './call-words.ts'

/** A call in one line: what it does, and what became of it. It opens to show its input and output. */
export function CallLine(props: {
  part: ToolPart
  times: PartTimes | undefined
  allowed: boolean | undefined
  /** What it does stands above it. */
  isUntitled: boolean
}) {
  const { part, times, allowed, isUntitled } = props
  const { name, state } = part
  const now = useNow(state === 'running')
  const lasted = times?.to === undefined ? 0 : times.to - times.from
  const words = stateWordsOf(part, allowed)

  return (
    <details className="group text-quiet" data-testid="tool-line">
      <summary
        className={`flex w-fit max-w-full items-center gap-2 rounded-lg pr-2 text-sm tabular-nums select-none hover:text-ink ${isUntitled ? 'min-h-9' : 'min-h-8'}`}
      >
        <Icon name="chevron" className="size-3.5 transition-transform group-open:rotate-90" />
        {!isUntitled && <span className="truncate text-ink">{titleOf(part) ?? name}</span>}
        <span className={`flex-none ${isUntitled ? 'first-letter:uppercase' : ''} ${COLORS[words] ?? ''}`}>
          {words}
          {(state === 'calling' || state === 'running') && <span className="dots" aria-hidden="true" />}
          {state === 'running' && ` ${elapsed(times?.from, now)}`}
          {state === 'done' && lasted >= LEAST_MS && ` in ${seconds(lasted)}`}
        </span>
      </summary>
      <div className="mt-1 mb-3 ml-1.5 grid grid-cols-[minmax(0,1fr)] gap-2 border-l border-line pl-3.5 text-[0.9375rem]">
        <CallDetails part={part} />
      </div>
    </details>
  )
}

/** A shorter time says nothing. */
const LEAST_MS = 100

const COLORS: Readonly<Record<string, string | undefined>> = {
  failed: 'text-bad',
  'may have happened': 'text-warn',
}
