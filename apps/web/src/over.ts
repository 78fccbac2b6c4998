import { componentsOf } from './lazily.tsx'
import { createPart } from './part.ts'

/** What opens over the page. Eight times the size of the rest that is for later, so it comes after that. */
export const overPart = createPart(() => import('./over-page.ts'))

const lazilyOver = componentsOf(overPart)

export const ConversationMenu = lazilyOver((over) => over.ConversationMenu)
export const DeleteDialog = lazilyOver((over) => over.DeleteDialog)
export const Dialog = lazilyOver((over) => over.Dialog)
