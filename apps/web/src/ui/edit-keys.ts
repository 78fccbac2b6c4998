import type { KeyboardEvent } from 'react'
import { isComposing } from './is-composing.ts'

type OnKey = (event: KeyboardEvent<HTMLElement>) => void

/** The keys of a field: Enter, but not with Shift, and Esc. */
export function editKeys({ onEnter, onEscape }: { onEnter: OnKey; onEscape?: OnKey }): OnKey {
  return (event) => {
    if (isComposing(event.nativeEvent)) return
    const isEnter = event.key === 'Enter' && !event.shiftKey
    const onKey = isEnter ? onEnter : event.key === 'Escape' ? onEscape : undefined
    if (!onKey) return
    event.preventDefault()
    onKey(event)
  }
}
