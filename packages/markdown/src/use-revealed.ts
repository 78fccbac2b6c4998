import { startTransition, useEffect, useState } from 'react'

/** What a page shows at once when it is opened on a long answer: more than a screen. */
const AT_ONCE = 4
const STEP = 4

/**
 * Of so many groups, the first one to show. An answer that is there from the start comes from its end upwards,
 * a few groups at a time, so that no step takes long; one that grows is shown in full.
 */
export function useRevealed(groups: number): number {
  const [first, setFirst] = useState(() => Math.max(0, groups - AT_ONCE))

  useEffect(() => {
    if (first === 0) return undefined
    const timer = setTimeout(() => startTransition(() => setFirst(Math.max(0, first - STEP))))
    return () => clearTimeout(timer)
  }, [first])

  return first
}
