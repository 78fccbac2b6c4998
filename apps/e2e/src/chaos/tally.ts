import type { Trial } from './run-trial.ts'

/** One line for the log: how many tabs saw which end. */
export function tally(trials: readonly Trial[]): string {
  const counts = new Map<string, number>()
  let reconnects = 0
  for (const { observations } of trials) {
    for (const { snapshot } of observations) {
      const { view, failure } = snapshot
      const end = failure?.code ?? view.error?.code ?? view.stopReason ?? 'left'
      counts.set(end, (counts.get(end) ?? 0) + 1)
      reconnects += snapshot.reconnects
    }
  }
  const ends = [...counts].toSorted(([, a], [, b]) => b - a).map(([end, count]) => `${end} ${count}`)
  return `${trials.length} runs, ${reconnects} reconnects: ${ends.join(', ')}`
}
