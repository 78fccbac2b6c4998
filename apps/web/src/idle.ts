const PATIENCE_MS = 50

/** Resolves when the page has nothing else to do; after 50 ms in a browser that cannot say so. */
export function idle(): Promise<unknown> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in globalThis) requestIdleCallback(resolve)
    else setTimeout(resolve, PATIENCE_MS)
  })
}
