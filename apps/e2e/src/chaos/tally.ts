import type { Story } from './run-trial.ts'

/** How many tabs saw which end, for the log. */
export function tally(stories: readonly Story[]): string {
  const counts = new Map<string, number>()
  let reconnects = 0
  for (const { sights } of stories) {
    for (const { snapshot } of sights) {
      const { view, failure } = snapshot
      const end = failure?.code ?? view.error?.code ?? view.stopReason ?? 'left'
      counts.set(end, (counts.get(end) ?? 0) + 1)
      reconnects += snapshot.reconnects
    }
  }
  const ends = [...counts].toSorted(([, a], [, b]) => b - a).map(([end, count]) => `${end} ${count}`)
  return `${stories.length} runs, ${reconnects} reconnects: ${ends.join(', ')}`
}
