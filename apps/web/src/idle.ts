/** In a browser that cannot say when it is idle. */
const PATIENCE_MS = 50
/** What a step may take at most, on a slow phone, for the task to stay below 50 ms. */
const STEP_MS = 25

/** Runs the steps in order while the page has nothing else to do: as many at a time as keep it for less than 50 ms. */
export async function whileIdle(steps: Iterable<() => void>): Promise<void> {
  let deadline: IdleDeadline | undefined
  for (const step of steps) {
    if (deadline === undefined || deadline.timeRemaining() < STEP_MS) deadline = await idle()
    step()
  }
}

function idle(): Promise<IdleDeadline | undefined> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in globalThis) requestIdleCallback(resolve)
    else setTimeout(() => resolve(undefined), PATIENCE_MS)
  })
}
