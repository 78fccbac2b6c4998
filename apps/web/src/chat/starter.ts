import type { PageClock } from '../run/page-clock.ts'
import type { CallError } from '../run/run-source.ts'
import { isForgotten, isFromServer, isRefusal } from '../server-error.ts'
import { untilAnswered } from '../until-answered.ts'

/** See {@link createStarter}. Never rejects. */
export type Start<Input> = (input: Input, unwanted?: AbortSignal) => Promise<StartEnd>

/** The server's procedures that a start needs. */
export interface StartApi<Input> {
  start(input: Input & { epoch: string }): Promise<unknown>
  /** The epoch that the server is in now. */
  epoch(): Promise<string>
}

/**
 * The server has confirmed the run, or refused it. When there was no answer, it may have heard of it all the
 * same (`unanswered`) or not, as when nothing was sent (`unheard`).
 */
export type StartEnd =
  | { readonly type: 'started' | 'unanswered' | 'unheard' }
  | { readonly type: 'refused'; readonly error: CallError }

/**
 * Starts runs, each paid for once at most, however often its start is sent.
 *
 * A server that is restarted forgets which runs it was asked for. So a start is sent only when the server has
 * just said in which epoch it is. When nobody answers nevertheless, it may have been heard: it is repeated in
 * the same epoch and, when that is over, refused. Then somebody must decide.
 */
export function createStarter<Input extends { readonly runId: string }>(
  api: StartApi<Input>,
  clock: PageClock,
): Start<Input> {
  /** By run id: the epoch of a start that the server may have heard, though it never said so. */
  const unanswered = new Map<string, string>()

  return async (input, unwanted = new AbortController().signal) => {
    const { runId } = input

    async function attempt() {
      const epoch = unanswered.get(runId) ?? (await unless(unwanted, api.epoch()))
      try {
        await api.start({ ...input, epoch })
      } catch (error) {
        if (!isRefusal(error) && !isFromServer(error)) unanswered.set(runId, epoch)
        throw error
      }
    }
    // Once it may have been heard, only the server can say no: what a proxy says of a repeated start is no word on
    // the first one. Taken for a refusal, the question would be asked under another id, and perhaps paid twice.
    // A server that was restarted in the instant since it told its epoch, and surely not asked before, is asked
    // again.
    const isFinal = (error: unknown): error is CallError =>
      isRefusal(error) && (unanswered.has(runId) ? isFromServer(error) : !isForgotten(error))

    try {
      await untilAnswered(attempt, { isRefusal: isFinal, clock, unwanted })
    } catch (error) {
      if (!isFinal(error)) return { type: unanswered.has(runId) ? 'unanswered' : 'unheard' }
      unanswered.delete(runId)
      return { type: 'refused', error }
    }
    unanswered.delete(runId)
    return { type: 'started' }
  }
}

/** As `pending`, but rejects as soon as `signal` aborts. */
function unless<T>(signal: AbortSignal, pending: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Error('No longer wanted.'))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    pending.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
