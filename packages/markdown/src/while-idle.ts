/** In a browser without `requestIdleCallback`: the wait, and the time that a task may then take. */
const PATIENCE_MS = 50
const IDLE_MS = 50
/** The idle time, in ms, that must be left to begin another step in the same task. */
const STEP_MS = 25

type Deadline = Pick<IdleDeadline, 'timeRemaining'>

/** Runs the steps in order while the page is idle, as many in a task as its idle time allows. */
export async function whileIdle(steps: Iterable<() => void>): Promise<void> {
  let deadline: Deadline | undefined
  for (const step of steps) {
    if (deadline === undefined || deadline.timeRemaining() < STEP_MS) deadline = await idle()
    step()
  }
}

function idle(): Promise<Deadline> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in globalThis) {
      requestIdleCallback(resolve)
      return
    }
    setTimeout(() => {
      const end = performance.now() + IDLE_MS
      resolve({ timeRemaining: () => end - performance.now() })
    }, PATIENCE_MS)
  })
}
