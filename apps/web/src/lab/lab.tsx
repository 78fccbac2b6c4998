import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { Core } from '../chat/create-core.ts'
import { NEW_CHAT } from '../chat/draft.ts'
import { useModels } from '../chat/use-models.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { DirectiveSelects } from './directive-selects.tsx'
import { FlowPicture } from './flow-picture.tsx'
import { SlowReader } from './slow-reader.tsx'
import { Switches } from './switches.tsx'
import { useLabState } from './use-lab-state.ts'

/** The flow of the current run, live, and everything that can be done to it. */
// `lazy` takes a default export.
export default function Lab({ core, onClose }: { core: Core; onClose: () => void }) {
  const { openChats, readerSpeed } = core
  const { chat } = useStore(openChats)
  const { turns, exists } = useStore(chat)
  const run = turns.at(-1)?.run
  const state = useLabState(run)
  const { data: models } = useModels()

  useEffect(() => () => readerSpeed.setState(Infinity), [readerSpeed])

  return (
    <aside
      aria-label="Lab"
      data-testid="lab"
      className="scroll-thin grid content-start gap-4 overflow-y-auto bg-raised p-4 max-md:fixed max-md:inset-x-2 max-md:top-2 max-md:z-30 max-md:max-h-[60dvh] max-md:rounded-card max-md:border max-md:border-line max-md:shadow-xl md:h-dvh md:w-80 md:border-l md:border-line"
    >
      <header className="flex items-center justify-between">
        <h2 className="font-semibold">The lab</h2>
        <IconButton icon="close" label="Close the lab" onClick={onClose} />
      </header>
      {/* Both ask the simulator for something that Claude would take for words. */}
      {models?.simulator && <SlowReader chat={chat} run={run} state={state} readerSpeed={readerSpeed} />}
      {state ? (
        <FlowPicture state={state} />
      ) : (
        <p className="text-sm text-quiet">The flow of an answer is shown here.</p>
      )}
      <Switches readerSpeed={readerSpeed} />
      {models?.simulator && <DirectiveSelects drafts={core.drafts} draftId={exists ? chat.id : NEW_CHAT} />}
    </aside>
  )
}
