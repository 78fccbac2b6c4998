import { ClaudeError } from './claude-error.ts'
import type { UpstreamFetch } from './upstream-fetch.ts'

/** With these statuses the request was not accepted. Any other may come from a gateway while Claude answers. */
const NOT_ACCEPTED: ReadonlySet<number> = new Set([429, 503, 529])

/**
 * A `fetch` that ends with `call`, and lets the SDK retry only requests that were surely not accepted. After any other error status, or a lost connection,
 * the request may have reached Claude, and a second one would be billed too.
 */
export function onlySafeRetries(
  fetch: UpstreamFetch['fetch'],
  call: AbortController,
  maxRetryAfterMs: number,
): typeof fetch {
  return async (input, init) => {
    try {
      // The SDK's own signal follows `call` only until the response is garbage-collected, which may be before its body
      // has ended.
      const response = await fetch(input, { ...init, signal: call.signal })
      const { ok, status, headers } = response
      const retry = NOT_ACCEPTED.has(status) && retryAfterMs(headers) <= maxRetryAfterMs
      return ok || retry ? response : withoutRetry(response)
    } catch (error) {
      call.abort(
        new ClaudeError('upstream_interrupted', 'the connection was lost before a response', {
          cause: error,
        }),
      )
      throw error
    }
  }
}

/** The SDK retries 408, 409 and every 5xx, and waits for a `retry-after` of up to 24.8 days, unless this forbids it. */
function withoutRetry(response: Response): Response {
  const headers = new Headers(response.headers)
  headers.set('x-should-retry', 'false')
  return new Response(response.body, { status: response.status, headers })
}

/** In the forms that the SDK reads, and in its order: milliseconds, seconds, a date. 0 without a valid one. */
function retryAfterMs(headers: Headers): number {
  const ms = Number.parseFloat(headers.get('retry-after-ms') ?? '')
  if (ms) return ms
  const value = headers.get('retry-after') ?? ''
  const seconds = Number.parseFloat(value)
  const wait = Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1000
  return Number.isNaN(wait) ? 0 : wait
}
