import { lazy, Suspense, useLayoutEffect, useState } from 'react'
import type { LabProps } from './lab.tsx'

const KEY = 'F2'

// Pure, so that a build, which has no door, has no lab either.
const Lab = /* @__PURE__ */ lazy(() => import('./lab.tsx'))

/** Opens the lab at a key, also at one that is pressed before the lab's code is there. Development only. */
export function LabDoor(props: LabProps) {
  const [open, setOpen] = useState(false)

  // Before the first paint: whoever sees the page may press the key.
  useLayoutEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if (event.key !== KEY) return
      event.preventDefault()
      setOpen((isOpen) => !isOpen)
    }
    window.addEventListener('keydown', listener)
    return () => window.removeEventListener('keydown', listener)
  }, [])

  if (open) {
    return (
      <Suspense>
        <Lab {...props} onClose={() => setOpen(false)} />
      </Suspense>
    )
  }
  return (
    <button
      type="button"
      className="fixed right-2 bottom-2 rounded-lg px-2 py-1 text-xs text-quiet hover:bg-sunk max-lg:hidden"
      onClick={() => setOpen(true)}
    >
      <kbd className="rounded border border-line px-1 font-sans">{KEY}</kbd> lab
    </button>
  )
}
