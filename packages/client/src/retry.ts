import { backoffMs } from './backoff.ts'
import { type PageClock, pageClock } from './page-clock.ts'
import { isRefusal } from './server-error.ts'

/** About a minute; by then the person at the page should decide. */
export const MAX_ATTEMPTS = 20

export interface RetryOptions {
  /** This error is an answer, and no attempt follows it. Default: {@link isRefusal}, the server said no. */
  isFinal?: (error: unknown) => boolean
  /** Once aborted, an attempt under way is awaited, and no other is made. */
  signal?: AbortSignal
  /** Default: {@link MAX_ATTEMPTS}. */
  attempts?: number
  clock?: Pick<PageClock, 'after'>
}

/**
 * Makes a call that is safe to repeat, again and again until it is answered, with a pause of 125 ms to 10 s
 * ({@link backoffMs}) between two attempts. Rejects with the refusal, or with the last attempt's error.
 */
export async function retry<Answer>(
  call: () => Promise<Answer>,
  options: RetryOptions = {},
): Promise<Answer> {
  const { isFinal = isRefusal, signal, attempts = MAX_ATTEMPTS, clock = pageClock } = options
  for (let attempt = 1; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      if (isFinal(error) || signal?.aborted || attempt >= attempts) throw error
      await pause(clock, backoffMs(attempt), signal)
      if (signal?.aborted) throw error
    }
  }
}

function pause(clock: Pick<PageClock, 'after'>, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      cancel()
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const cancel = clock.after(ms, end)
    signal?.addEventListener('abort', end)
  })
}
