import type { ComponentType } from 'react'
import type { IconName } from './ui/icon.tsx'
import type { Path } from './ui/link.tsx'

export interface Page {
  readonly path: `/${string}`
  /** Of the link to it. */
  readonly name: string
  readonly icon: IconName
  /** Loads its component when it is first shown. `back` is the path of the conversation that was shown last. */
  readonly load: () => Promise<ComponentType<{ back: Path }>>
}

/** The pages beside the chat, in the order of the links to them. */
export const pages: readonly Page[] = [
  {
    path: '/notes',
    name: 'Notes',
    icon: 'note',
    load: async () => (await import('./notes/notes-page.tsx')).NotesPage,
  },
]
