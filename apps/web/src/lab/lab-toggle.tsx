import { lazy, Suspense, useState } from 'react'
import type { Core } from '../chat/create-core.ts'
import { useKey } from '../ui/use-key.ts'

const KEY = 'F2'

// Pure, so that the lab is not in a build, where nothing opens it.
const Lab = /* @__PURE__ */ lazy(() => import('./lab.tsx'))

/** Opens the lab with a key or a button. Development only. */
export function LabToggle({ core }: { core: Core }) {
  const [open, setOpen] = useState(false)

  useKey(KEY, true, () => setOpen(!open))

  if (open) {
    return (
      <Suspense>
        <Lab core={core} onClose={() => setOpen(false)} />
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
