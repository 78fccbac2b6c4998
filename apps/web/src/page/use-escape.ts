import { useEffect } from 'react'
import { isComposing } from './is-composing.ts'

/** Runs `onEscape` for Esc anywhere on the page, while `active`, unless something in front of it took the key. */
export function useEscape(active: boolean, onEscape: () => void) {
  useEffect(() => {
    if (!active) return undefined
    const listener = (event: KeyboardEvent) => {
      // What closes on Esc prevents its default: by now it is closed, and nothing of it is to be found.
      if (event.key === 'Escape' && !event.defaultPrevented && !isComposing(event)) onEscape()
    }
    window.addEventListener('keydown', listener)
    return () => window.removeEventListener('keydown', listener)
  }, [active, onEscape])
}
