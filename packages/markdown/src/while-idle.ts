/** In browsers without `requestIdleCallback`: how long to wait, and how long the idle time is then, in ms. */
const FALLBACK_DELAY_MS = 50
const FALLBACK_IDLE_MS = 50
/** The idle time that must be left to run another task, in ms. */
const MIN_IDLE_MS = 25

type Deadline = Pick<IdleDeadline, 'timeRemaining'>

/** Runs tasks in order while the page is idle, several in a row if the idle time allows. */
export async function whileIdle(tasks: Iterable<() => void>): Promise<void> {
  let deadline: Deadline | undefined
  for (const task of tasks) {
    if (deadline === undefined || deadline.timeRemaining() < MIN_IDLE_MS) deadline = await idle()
    task()
  }
}

function idle(): Promise<Deadline> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in globalThis) {
      requestIdleCallback(resolve)
      return
    }
    setTimeout(() => {
      const end = performance.now() + FALLBACK_IDLE_MS
      resolve({ timeRemaining: () => end - performance.now() })
    }, FALLBACK_DELAY_MS)
  })
}
