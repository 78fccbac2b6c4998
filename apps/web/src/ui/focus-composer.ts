import { createContext } from 'react'

/** Focuses the composer: where the focus goes when an editor closes, which would otherwise leave it nowhere. */
export const FocusComposer = createContext(() => {})
