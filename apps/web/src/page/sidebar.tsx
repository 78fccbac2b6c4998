import type { ReactNode } from 'react'
import { Mark } from './mark.tsx'

/** Beside the conversation, where there is room for it. */
export function Sidebar({ children }: { children: ReactNode }) {
  return (
    <aside className="hidden min-h-0 grid-rows-[auto_minmax(0,1fr)] gap-4 border-r border-line bg-sunk/50 p-3 lg:grid">
      <p className="flex items-center gap-2.5 px-1 text-[1.0625rem] font-semibold tracking-tight">
        <Mark /> Sluice
      </p>
      {children}
    </aside>
  )
}
