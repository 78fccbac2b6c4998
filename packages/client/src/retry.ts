import { backoffMs } from './backoff.ts'
import { type PageClock, pageClock } from './page-clock.ts'
import { isRefusal } from './server-error.ts'

/** About a minute of attempts. After that the user should decide. */
export const MAX_ATTEMPTS = 20

export interface RetryOptions {
  /** Whether an error ends the attempts. Default: {@link isRefusal}, the server refused the call. */
  isFinal?: (error: unknown) => boolean
  /** After its abort no attempt is started. One in progress is awaited. */
  signal?: AbortSignal
  /** Default: {@link MAX_ATTEMPTS}. */
  attempts?: number
  clock?: Pick<PageClock, 'after'>
}

/**
 * Repeats a call that is safe to repeat until it succeeds, with pauses of 125 ms to 10 s ({@link backoffMs}). Rejects
 * with the error of the last attempt.
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
