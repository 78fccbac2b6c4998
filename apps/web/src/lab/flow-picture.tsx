import { count } from '../ui/format.ts'
import type { LabState } from './use-lab-state.ts'

const STAGES = [
  ['claudeSent', 'Written by Claude'],
  ['held', 'In the server’s log'],
  ['received', 'Sent to this page'],
  ['rendered', 'Shown'],
  ['acked', 'Acknowledged'],
] as const

const PUMP = {
  reading: { text: 'Reading from Claude', color: 'bg-accent-soft text-accent' },
  waiting: { text: 'Not reading from Claude', color: 'bg-bad-soft text-bad' },
  ended: { text: 'The answer has ended', color: 'bg-sunk text-quiet' },
} as const

/** How far the answer has come at each stage, in characters, on one axis that begins with the answer. */
export function FlowPicture({ state }: { state: LabState }) {
  const { acked, windowChars, paused, ended, readers, reconnects, gaps } = state
  const length = axisLength(windowChars, Math.max(acked + windowChars, state.claudeSent ?? state.held))
  const percent = (chars: number) => `${(chars / length) * 100}%`
  const pump = ended ? 'ended' : paused ? 'waiting' : 'reading'

  return (
    <div className="grid gap-2 text-[0.8125rem] tabular-nums" data-testid="lab-flow">
      <p className="flex items-center justify-between">
        <span
          className={`rounded-full px-2 py-0.5 font-medium ${PUMP[pump].color}`}
          data-testid="lab-pump"
          data-state={pump}
        >
          {PUMP[pump].text}
        </span>
        <span className="text-quiet">characters</span>
      </p>
      <div className="relative isolate grid gap-1.5 border-b border-edge pb-2">
        {!ended && (
          <span
            className={`absolute inset-y-0 -z-10 border-r-2 bg-accent-soft transition-all duration-200 ${paused ? 'border-bad' : 'border-edge'}`}
            style={{ left: percent(acked), width: percent(windowChars) }}
          />
        )}
        {STAGES.map(([key, label]) => {
          const chars = state[key]
          // Only the simulator tells.
          if (chars === undefined) return null
          return (
            <div key={key}>
              <p className="flex justify-between">
                {label} <span>{count(chars)}</span>
              </p>
              <span
                className={`block h-2 rounded-r-sm transition-[width] duration-200 ${key === 'claudeSent' ? 'bg-warn' : 'bg-accent'}`}
                style={{ width: percent(chars) }}
              />
            </div>
          )
        })}
      </div>
      <p className="-mt-1 grid grid-cols-3 text-xs text-quiet">
        <span>0</span>
        <span className="text-center">{count(length / 2)}</span>
        <span className="text-end">{count(length)}</span>
      </p>
      <p className="text-quiet">
        <span className="mr-1.5 inline-block size-3 border-r-2 border-edge bg-accent-soft align-[-0.1em]" />
        The window: {count(windowChars)} past the last acknowledgement. The server sends no further, and stops
        reading from Claude when its log gets there.
      </p>
      <p className="text-quiet" data-testid="lab-figures">
        Readers: {readers}. Reconnects: {reconnects}. Gaps: {gaps}.
      </p>
    </div>
  )
}

/** Doubles as the answer grows, so that the bars grow and their axis seldom changes. */
function axisLength(windowChars: number, furthest: number): number {
  return windowChars * 2 ** Math.max(1, Math.ceil(Math.log2(furthest / windowChars)))
}
