import { useEffect } from 'react'
import * as z from 'zod/mini'
import type { Library } from '../chat/library.ts'

const IdSchema = z.uuid()

/** The conversation that the address names, so that a reload and a link show the same one. */
export function hashId(): string | undefined {
  const parsed = IdSchema.safeParse(window.location.hash.slice(1))
  return parsed.success ? parsed.data : undefined
}

/** Keeps the address and the conversation that is shown the same, Back and Forward included. */
export function useHashId(library: Library, id: string) {
  useEffect(() => {
    if (hashId() === id) return
    // The first one needs no step in the history of its own.
    if (window.location.hash === '') window.history.replaceState(null, '', `#${id}`)
    else window.location.hash = id
  }, [id])

  useEffect(() => {
    const listener = () => {
      const wanted = hashId()
      if (wanted) library.open(wanted)
    }
    window.addEventListener('hashchange', listener)
    return () => window.removeEventListener('hashchange', listener)
  }, [library])
}
