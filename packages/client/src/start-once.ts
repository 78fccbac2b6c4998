import { type PageClock, pageClock } from './page-clock.ts'
import { retry } from './retry.ts'
import type { CallError } from './runs-api.ts'
import { isFromServer, isRefusal } from './server-error.ts'

/** See {@link createStartOnce}. Never rejects. After the abort of `signal` no attempt is started. */
export type StartOnce<Input> = (input: Input, signal?: AbortSignal) => Promise<StartEnd>

/**
 * `started`: the server has confirmed the run. `refused`: it has refused it. `unanswered`: there was no response, but it
 * may have started the run. `unheard`: it has surely not started it.
 */
type StartEnd =
  | { readonly type: 'started' | 'unanswered' | 'unheard' }
  | { readonly type: 'refused'; readonly error: CallError }

/** The procedures needed to start a run. */
export interface StartApi<Input> {
  /** The server claims the run id for good, so this may be called again. */
  start(input: Input): Promise<unknown>
  /** Resolves when the page has its session: two first requests side by side would make two owners. */
  ready(): Promise<unknown>
}

/**
 * Starts runs, and sends each start until the server answers. A run is paid for at most once: the server claims its id
 * for good, so a repeated start finds the run of the first one, even after a restart.
 */
export function createStartOnce<Input extends { readonly runId: string }>(
  api: StartApi<Input>,
  clock: Pick<PageClock, 'after'> = pageClock,
): StartOnce<Input> {
  /** Run ids of starts that the server may have received, but has not confirmed. */
  const unanswered = new Set<string>()

  return async (input, signal = new AbortController().signal) => {
    const { runId } = input

    async function attempt() {
      await orAborted(api.ready(), signal)
      try {
        await api.start(input)
      } catch (error) {
        if (!isRefusal(error) && !isFromServer(error)) unanswered.add(runId)
        throw error
      }
    }
    // Once a start may have been received, only the server can refuse it: a proxy that refuses a repeated start says
    // nothing about the first one. Otherwise the question would be asked under another id, and perhaps paid for twice.
    const isFinal = (error: unknown): error is CallError =>
      isRefusal(error) && (!unanswered.has(runId) || isFromServer(error))

    try {
      await retry(attempt, { isFinal, clock, signal })
    } catch (error) {
      if (!isFinal(error)) return { type: unanswered.has(runId) ? 'unanswered' : 'unheard' }
      unanswered.delete(runId)
      return { type: 'refused', error }
    }
    unanswered.delete(runId)
    return { type: 'started' }
  }
}

/** Settles as `pending` does, or rejects when `signal` aborts. */
function orAborted<T>(pending: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Error('No longer wanted.'))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    pending.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
