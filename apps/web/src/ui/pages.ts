import type { IconName } from './icon.tsx'

interface Page {
  readonly path: `/${string}`
  readonly name: string
  readonly icon: IconName
}

/** The pages beside the chat, in the order of the links to them. `router.tsx` has what they show. */
export const pages = [{ path: '/notes', name: 'Notes', icon: 'note' }] as const satisfies readonly Page[]

/** Where one of them is. */
export type PagePath = (typeof pages)[number]['path']
