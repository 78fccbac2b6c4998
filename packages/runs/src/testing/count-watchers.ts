/** Counts those who watch a log or a lease from now on. */
export function countWatchers(watched: { watch(wake: () => void): () => void }): () => number {
  let watchers = 0
  const watch = watched.watch.bind(watched)
  watched.watch = (wake) => {
    const unwatch = watch(wake)
    watchers++
    return () => {
      watchers--
      unwatch()
    }
  }
  return () => watchers
}
