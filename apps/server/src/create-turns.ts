/**
 * Resolves for one caller per turn of the event loop, in the order of the calls. Twenty large bodies that arrive
 * together are then parsed with room for other requests between them, and not in one go.
 */
export function createTurns(): () => Promise<void> {
  let last = Promise.resolve()
  return () => (last = last.then(() => new Promise((resolve) => setImmediate(resolve))))
}
