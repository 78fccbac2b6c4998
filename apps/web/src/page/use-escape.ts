import { useEffect } from 'react'
import { isComposing } from './is-composing.ts'

/** Runs `onEscape` for Esc anywhere on the page, while `active`. */
export function useEscape(active: boolean, onEscape: () => void) {
  useEffect(() => {
    if (!active) return undefined
    const listener = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !isComposing(event)) onEscape()
    }
    window.addEventListener('keydown', listener)
    return () => window.removeEventListener('keydown', listener)
  }, [active, onEscape])
}
