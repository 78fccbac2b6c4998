import { startTransition, useEffect, useState } from 'react'

/** How many groups of a long answer are shown at once: more than a screen. */
const AT_ONCE = 4
const STEP = 4

/**
 * The index of the first group to show, of `groups` in all. An answer that is long when it is mounted is revealed from
 * its end upwards, a few groups at a time, so that no render takes long. One that grows is shown in full.
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
