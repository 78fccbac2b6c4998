import { count } from '../ui/format.ts'
import type { LabState } from './use-lab-state.ts'

const STAGES = [
  { key: 'claudeSent', label: 'Claude has written', color: 'bg-warn' },
  { key: 'held', label: 'The server holds', color: 'bg-accent' },
  { key: 'received', label: 'This page received', color: 'bg-accent/80' },
  { key: 'rendered', label: 'It has rendered', color: 'bg-accent/60' },
  { key: 'acked', label: 'It has acknowledged', color: 'bg-accent/45' },
] as const

/** The stretch of the answer around the window: what has passed each stage, and where the gate stands. */
export function FlowPicture({ state }: { state: LabState }) {
  const { acked, windowChars, paused, ended } = state
  const from = Math.max(0, acked - windowChars / 4)
  const span = windowChars * 1.5
  const percent = (position: number) => Math.min(100, Math.max(0, ((position - from) / span) * 100))

  return (
    <div data-testid="lab-flow">
      <div className="grid gap-2">
        {STAGES.map(({ key, label, color }) => (
          <div key={key} className="grid gap-0.5 text-[0.8125rem]">
            <p className="flex justify-between">
              {label}
              <span className="text-quiet tabular-nums">
                {state[key] === undefined ? '?' : count(state[key])}
              </span>
            </p>
            <div className="relative h-2.5 overflow-hidden rounded-sm bg-sunk" aria-hidden="true">
              <span
                className={`block h-full rounded-sm transition-[width] duration-200 ${color}`}
                style={{ width: `${percent(state[key] ?? 0)}%` }}
              />
              <span
                className={`absolute inset-y-0 w-0.5 ${paused ? 'bg-bad' : 'bg-edge'}`}
                style={{ left: `${percent(acked + windowChars)}%` }}
              />
            </div>
          </div>
        ))}
      </div>
      <p className="mt-3 flex flex-wrap items-center gap-x-2 gap-y-1 text-[0.8125rem]">
        <span
          className={`rounded-full px-2 py-0.5 font-medium whitespace-nowrap ${paused ? 'bg-bad-soft text-bad' : 'bg-accent-soft text-accent'}`}
          data-testid="lab-pump"
        >
          {ended ? 'run ended' : paused ? 'pump paused' : 'pump open'}
        </span>
        <span className="text-quiet">The line is the gate: acknowledged + window ({count(windowChars)})</span>
      </p>
    </div>
  )
}
