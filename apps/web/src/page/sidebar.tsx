import type { ReactNode } from 'react'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'

/** Beside the conversation, where there is room for it. */
export function Sidebar({ onNewChat, children }: { onNewChat: () => void; children: ReactNode }) {
  return (
    <aside className="hidden min-h-0 grid-rows-[auto_auto_minmax(0,1fr)_auto] gap-3 border-r border-line bg-sunk p-3 lg:grid">
      <p className="flex items-center gap-2.5 px-1 text-[1.0625rem] font-semibold tracking-tight">
        <img src="/favicon.svg" alt="" className="size-7" /> Sluice
      </p>
      <Button className="justify-start! px-2.5!" data-testid="new-chat" onClick={onNewChat}>
        <Icon name="plus" /> New chat
      </Button>
      {children}
    </aside>
  )
}
