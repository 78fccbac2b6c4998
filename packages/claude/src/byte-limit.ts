/** Limits the bytes that are in memory at once. */
export interface ByteLimit {
  /**
   * Waits until there is room for so many bytes, in the order of the calls; for none it does not wait. More than the
   * whole limit waits until it is alone. Resolves to a function that gives the room back. @throws the reason of `signal` when that is aborted.
   */
  take(bytes: number, signal: AbortSignal): Promise<() => void>
}

export function createByteLimit(maxBytes: number): ByteLimit {
  const waiting = new Set<{ bytes: number; admit: () => void }>()
  let used = 0

  function admitNext() {
    for (const next of waiting) {
      if (used > 0 && used + next.bytes > maxBytes) return
      used += next.bytes
      waiting.delete(next)
      next.admit()
    }
  }

  return {
    async take(bytes, signal) {
      signal.throwIfAborted()
      if (bytes === 0) return () => {}
      await new Promise<void>((resolve, reject) => {
        const entry = {
          bytes,
          admit() {
            signal.removeEventListener('abort', leave)
            resolve()
          },
        }
        function leave() {
          waiting.delete(entry)
          // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- callers get the reason of their own signal
          reject(signal.reason)
          admitNext()
        }
        signal.addEventListener('abort', leave, { once: true })
        waiting.add(entry)
        admitNext()
      })
      return () => {
        used -= bytes
        admitNext()
      }
    },
  }
}
