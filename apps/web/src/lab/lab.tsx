import type { RunStore } from '@sluice/client'
import type { Core } from '../page/create-core.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { FlowPicture } from './flow-picture.tsx'
import { SimulatorWishes } from './simulator-wish.tsx'
import { Switches } from './switches.tsx'
import { type LabState, useLabState } from './use-lab-state.ts'

export interface LabProps {
  core: Core
  run: RunStore | undefined
  runId: string | undefined
  conversationId: string
}

/** The flow of the current run, live, and everything that can be done to it. */
// `lazy` takes a default export.
export default function Lab({
  core,
  run,
  runId,
  conversationId,
  onClose,
}: LabProps & { onClose: () => void }) {
  const state = useLabState(run, runId)

  return (
    <aside
      aria-label="Lab"
      data-testid="lab"
      className="scroll-thin grid content-start gap-4 overflow-y-auto bg-raised p-4 max-md:fixed max-md:inset-x-2 max-md:top-2 max-md:z-30 max-md:max-h-[50dvh] max-md:rounded-card max-md:border max-md:border-line max-md:shadow-xl md:h-dvh md:w-80 md:border-l md:border-line"
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
