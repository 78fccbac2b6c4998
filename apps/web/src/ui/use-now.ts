import { useEffect, useState } from 'react'

/** What the clock `read` says, anew every `everyMs` while `active`. Default: ms since the epoch, every second. */
export function useNow(active: boolean, everyMs = 1000, read: () => number = Date.now): number {
  const [now, setNow] = useState(read)

  useEffect(() => {
    if (!active) return undefined
    const timer = setInterval(() => setNow(read()), everyMs)
    return () => clearInterval(timer)
  }, [active, everyMs, read])

  return now
}
