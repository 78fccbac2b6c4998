import { useEffect, useState } from 'react'
import type { Core } from '../page/create-core.ts'
import type { RunStore } from '../run/run-store.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { FlowPicture } from './flow-picture.tsx'
import { SimulatorWishes } from './simulator-wish.tsx'
import { Switches } from './switches.tsx'
import { type LabState, useLabState } from './use-lab-state.ts'

const KEY = 'F2'

interface LabProps {
  core: Core
  run: RunStore | undefined
  runId: string | undefined
  conversationId: string
}

/** The flow of the current run, live, and everything that can be done to it. Development only; F2 opens it. */
// `lazy` takes a default export.
export default function Lab(props: LabProps) {
  const [open, setOpen] = useState(false)

  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if (event.key !== KEY) return
      event.preventDefault()
      setOpen((isOpen) => !isOpen)
    }
    window.addEventListener('keydown', listener)
    return () => window.removeEventListener('keydown', listener)
  }, [])

  if (open) return <Panel {...props} onClose={() => setOpen(false)} />
  return (
    <button
      type="button"
      className="fixed right-2 bottom-2 rounded-lg px-2 py-1 text-xs text-quiet hover:bg-sunk max-lg:hidden"
      onClick={() => setOpen(true)}
    >
      <kbd className="rounded border border-line px-1 font-sans">{KEY}</kbd> lab
    </button>
  )
}

function Panel({ core, run, runId, conversationId, onClose }: LabProps & { onClose: () => void }) {
  const state = useLabState(run, runId)

  return (
    <aside
      aria-label="Lab"
      data-testid="lab"
      className="scroll-thin fixed inset-x-2 top-2 z-30 ml-auto grid max-h-[calc(100dvh-10rem)] max-w-120 gap-3 overflow-y-auto rounded-card border border-line bg-raised p-4 shadow-xl"
    >
      <header className="flex items-center justify-between">
        <h2 className="font-semibold">The lab</h2>
        <IconButton icon="close" label="Close the lab" onClick={onClose} />
      </header>
      {state ? (
        <>
          <FlowPicture state={state} />
          <Figures state={state} />
        </>
      ) : (
        <p className="text-sm text-quiet">Ask something, and its flow is shown here.</p>
      )}
      <Switches core={core} />
      <SimulatorWishes core={core} conversationId={conversationId} />
    </aside>
  )
}

function Figures({ state }: { state: LabState }) {
  const figures = {
    'frames/s': state.framesPerSecond.toFixed(1),
    'commits/s': state.commitsPerSecond.toFixed(1),
    readers: state.readers,
    reconnects: state.reconnects,
    gaps: state.gaps,
  }

  return (
    <dl className="flex flex-wrap gap-x-4 text-[0.8125rem] tabular-nums" data-testid="lab-figures">
      {Object.entries(figures).map(([name, value]) => (
        <div key={name} className="flex gap-1">
          <dt className="text-quiet">{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
