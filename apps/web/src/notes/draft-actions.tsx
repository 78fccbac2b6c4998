import { isOver, type RunSnapshot, type RunStore } from '@sluice/client'
import { useEffect, useRef } from 'react'
import { Button } from '../ui/button.tsx'
import type { DraftStart } from './draft-notes.tsx'
import { problemOf } from '../ui/problem-of.ts'
import { type PickedNote, useAddDrafted } from './use-add-drafted.ts'

/** How far a draft is, and what can be done with it. */
export function DraftActions(props: {
  run: RunStore
  snapshot: RunSnapshot
  start: DraftStart
  picked: readonly PickedNote[]
  onClose: (added?: number) => void
}) {
  const { run, snapshot, start, picked, onClose } = props
  const adding = useAddDrafted()
  const state = useRef<HTMLParagraphElement>(null)
  const isRunning = start.error === null && !isOver(snapshot)
  const problem =
    problemOf(adding.error ?? start.error) ?? snapshot.failure?.message ?? snapshot.view.error?.message
  const count = picked.length === 1 ? '1 note' : `${picked.length} notes`

  // The form that had the focus is gone.
  useEffect(() => state.current?.focus(), [])

  function stop() {
    // Its button is about to go.
    state.current?.focus()
    run.stop().catch(() => {})
  }

  return (
    <div className="flex flex-wrap items-center justify-end gap-2">
      <p
        ref={state}
        tabIndex={-1}
        role="status"
        data-testid="draft-state"
        className={`mr-auto px-2 text-[0.9375rem] outline-0 ${problem ? 'text-bad' : 'text-quiet'}`}
      >
        {problem ?? (isRunning ? 'Making notes…' : stateOf(snapshot, picked))}
      </p>
      {isRunning ? (
        <Button data-testid="stop-draft" onClick={stop}>
          Stop
        </Button>
      ) : (
        <div className="flex gap-2">
          <Button disabled={adding.isPending} onClick={() => onClose()}>
            Back to the text
          </Button>
          <Button
            tone="primary"
            data-testid="add-drafted"
            disabled={adding.isPending || picked.length === 0}
            onClick={() => adding.mutate(picked, { onSuccess: () => onClose(picked.length) })}
          >
            Add {count}
          </Button>
        </div>
      )}
    </div>
  )
}

function stateOf({ view }: RunSnapshot, picked: readonly PickedNote[]): string {
  if (view.stopReason === 'stopped') return 'Stopped.'
  return picked.length === 0 ? 'No notes are picked.' : 'Uncheck what you do not want to keep.'
}
