import { useEffect, useState } from 'react'

/** The time in ms since the epoch, anew every `everyMs` while `active`. Default: every second. */
export function useNow(active: boolean, everyMs = 1000): number {
  const [now, setNow] = useState(Date.now)

  useEffect(() => {
    if (!active) return undefined
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [active, everyMs])

  return now
}
