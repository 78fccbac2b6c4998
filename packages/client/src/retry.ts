import { backoffMs } from './backoff.ts'
import type { PageClock } from './page-clock.ts'

/** About a minute; by then the person at the page should decide. */
export const MAX_ATTEMPTS = 20

export interface UntilAnsweredOptions {
  /** Somebody answered, and the answer is no. Default: no error is one. */
  isRefusal?: (error: unknown) => boolean
  /** The person no longer wants it: an attempt under way is awaited, and no other is made. */
  unwanted?: AbortSignal
  /** Default: {@link MAX_ATTEMPTS}. */
  attempts?: number
  clock: Pick<PageClock, 'after'>
}

/**
 * Makes a call that is safe to repeat, again and again while nobody answers.
 * Rejects with the refusal, or with the last attempt's error.
 */
export async function untilAnswered<Answer>(
  call: () => Promise<Answer>,
  options: UntilAnsweredOptions,
): Promise<Answer> {
  const { isRefusal, unwanted, attempts = MAX_ATTEMPTS, clock } = options
  for (let attempt = 1; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      if (isRefusal?.(error) || unwanted?.aborted || attempt >= attempts) throw error
      await pause(clock, backoffMs(attempt), unwanted)
      if (unwanted?.aborted) throw error
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
