import { useLayoutEffect } from 'react'
import { isComposing } from './is-composing.ts'

/** Runs `onKey` for a key anywhere on the page, while `active`, unless something in front of it took the key. */
export function useKey(key: string, active: boolean, onKey: () => void) {
  // A layout effect: the key works as soon as the page can be seen.
  useLayoutEffect(() => {
    if (!active) return undefined
    const listener = (event: KeyboardEvent) => {
      // What closes on Esc prevents its default: by now it is closed, and nothing of it is to be found.
      if (event.key !== key || event.defaultPrevented || isComposing(event)) return
      event.preventDefault()
      onKey()
    }
    window.addEventListener('keydown', listener)
    return () => window.removeEventListener('keydown', listener)
  }, [key, active, onKey])
}
