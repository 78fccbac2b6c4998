import type { Runs } from '../../runs.ts'

/** Several instances as one: each call goes to the next of them, and numbers are those of all. */
export function inTurn(instances: readonly Runs[]) {
  let calls = 0
  const next = (): Runs => {
    const instance = instances[calls++ % instances.length]
    if (instance === undefined) throw new Error('There are no instances.')
    return instance
  }
  const sum = (of: (runs: Runs) => number) => instances.reduce((total, runs) => total + of(runs), 0)
  return {
    has: (...args: Parameters<Runs['has']>) => next().has(...args),
    start: (...args: Parameters<Runs['start']>) => next().start(...args),
    read: (...args: Parameters<Runs['read']>) => next().read(...args),
    ack: (...args: Parameters<Runs['ack']>) => next().ack(...args),
    stop: (...args: Parameters<Runs['stop']>) => next().stop(...args),
    get live() {
      return sum((runs) => runs.live)
    },
    get size() {
      return sum((runs) => runs.size)
    },
    get readers() {
      return sum((runs) => runs.readers)
    },
    get paused() {
      return sum((runs) => runs.paused)
    },
    get chars() {
      return sum((runs) => runs.chars)
    },
  }
}
