import { isOver, type RunStore } from '@sluice/client'
import { useTypedRun } from '@sluice/client/typed'
import { useState } from 'react'
import { DraftActions } from './draft-actions.tsx'
import { DraftedNote } from './drafted-note.tsx'
import type { DraftStart } from './draft-notes.tsx'

const FRAME = 'grid grid-cols-[minmax(0,1fr)] gap-1 rounded-card border border-edge bg-raised p-2'

/** The notes that Claude makes of a text, while it writes them. One can pick from those that are finished. */
export function Draft(props: { run: RunStore; start: DraftStart; onClose: (added?: number) => void }) {
  const { run, start, onClose } = props
  const { partial, isFinished, ...snapshot } = useTypedRun(run, start)
  const [unwanted, setUnwanted] = useState<readonly number[]>([])
  const notes = partial?.notes ?? []
  const finished = notes.filter(isFinished)
  const isUnwanted = (index: number) => unwanted.includes(index)
  const picked = finished.flatMap((note, index) => (isUnwanted(index) ? [] : [{ ...note, index }]))
  // What was cut off in the middle is not worth keeping.
  const shown = isOver(snapshot) ? finished : notes

  return (
    <section aria-label="Notes from your text" className={FRAME} data-testid="draft">
      <ul>
        {shown.map((note, index) => (
          <DraftedNote
            // oxlint-disable-next-line react/no-array-index-key -- notes are only added, and at the end
            key={index}
            note={note}
            state={!isFinished(note) ? 'open' : isUnwanted(index) ? 'left' : 'picked'}
            onToggle={() =>
              setUnwanted(isUnwanted(index) ? unwanted.filter((it) => it !== index) : [...unwanted, index])
            }
          />
        ))}
      </ul>
      <DraftActions run={run} snapshot={snapshot} start={start} picked={picked} onClose={onClose} />
    </section>
  )
}
