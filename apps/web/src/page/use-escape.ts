import { useEffect } from 'react'
import { isComposing } from './is-composing.ts'

/** Runs `onEscape` for Esc anywhere on the page, while `active`; what is open in front of it comes first. */
export function useEscape(active: boolean, onEscape: () => void) {
  useEffect(() => {
    if (!active) return undefined
    const listener = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || isComposing(event)) return
      if (document.querySelector('dialog[open], :popover-open') === null) onEscape()
    }
    window.addEventListener('keydown', listener)
    return () => window.removeEventListener('keydown', listener)
  }, [active, onEscape])
}
