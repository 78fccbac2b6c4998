/**
 * The returned function resolves for one caller per turn of the event loop, in the order of the calls. So when twenty
 * large bodies arrive together, other requests are served between them.
 */
export function createTurns(): () => Promise<void> {
  let last = Promise.resolve()
  return () => (last = last.then(() => new Promise((resolve) => setImmediate(resolve))))
}
