import type { PageClock } from '../page-clock.ts'

const FRAME_MS = 16

export interface ManualClock extends PageClock {
  /** Advances the time. Due timers and frames run in order, and promises settle after each. */
  advance(ms: number): Promise<void>
  setHidden(hidden: boolean): void
  /** Whether the page gets frames. */
  setFrames(on: boolean): void
  /** Number of timers, frames and listeners that are waiting. */
  pending(): number
}

/** A clock that moves only in `advance`. */
export function createManualClock(): ManualClock {
  let time = 0
  let hidden = false
  let frames = true
  const due = new Set<{ at: number; run: () => void; frame: boolean }>()
  const visible = new Set<() => void>()

  function add(at: number, run: () => void, frame: boolean) {
    const entry = { at, run, frame }
    due.add(entry)
    return () => {
      due.delete(entry)
    }
  }

  async function advance(ms: number) {
    const until = time + ms
    for (;;) {
      await settle()
      const next = [...due]
        .filter((entry) => entry.at <= until && (!entry.frame || (frames && !hidden)))
        .toSorted((a, b) => a.at - b.at)[0]
      if (!next) break
      due.delete(next)
      time = Math.max(time, next.at)
      next.run()
    }
    time = until
  }

  return {
    now: () => time,
    after: (ms, run) => add(time + ms, run, false),
    frame: (run) => add((Math.floor(time / FRAME_MS) + 1) * FRAME_MS, run, true),
    hidden: () => hidden,
    onVisible(run) {
      visible.add(run)
      return () => visible.delete(run)
    },
    advance,
    setHidden(value) {
      hidden = value
      if (!hidden) for (const run of visible) run()
    },
    setFrames(on) {
      frames = on
    },
    pending: () => due.size + visible.size,
  }
}

/** Enough microtasks for every promise chain in these tests, without a timer. */
async function settle() {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}
