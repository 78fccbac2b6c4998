/** In a browser that cannot say when it is idle: after so long, for as long as the others say at most. */
const PATIENCE_MS = 50
const IDLE_MS = 50
/** What a step may take at most, on a slow phone, for the task to stay below 50 ms. */
const STEP_MS = 25

type Deadline = Pick<IdleDeadline, 'timeRemaining'>

/** Runs the steps in order while the page has nothing else to do: as many at a time as keep it for less than 50 ms. */
export async function whileIdle(steps: Iterable<() => void>): Promise<void> {
  let deadline: Deadline | undefined
  for (const step of steps) {
    if (deadline === undefined || deadline.timeRemaining() < STEP_MS) deadline = await idle()
    step()
  }
}

/** Runs the steps in order, each in a task of its own; what waits for them goes on in another one. */
export async function inTasks(steps: Iterable<() => void>): Promise<void> {
  for (const step of steps) {
    await task()
    step()
  }
  await task()
}

function task(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve)
  })
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
