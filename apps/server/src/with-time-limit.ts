/** What {@link withTimeLimit} rejects with when the time is over. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError'
}

/**
 * Calls a function with a signal that is aborted after `ms`, or with the given one. An aborted call is not waited for: the
 * promise rejects at once. No timer and no listener is left.
 *
 * @throws {TimeLimitError} after `ms`; the reason of `signal` when that is aborted; what the function throws.
 */
export async function withTimeLimit<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { ms, signal }: { readonly ms: number; readonly signal: AbortSignal },
): Promise<T> {
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(new TimeLimitError(`did not answer within ${ms / 1000} s`)), ms)
  const onAbort = () => limit.abort(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await new Promise<T>((resolve, reject) => {
      limit.signal.addEventListener('abort', () => reject(limit.signal.reason), { once: true })
      work(limit.signal).then(resolve, reject)
    })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}
