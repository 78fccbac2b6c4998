import type { PageClock } from '../run/page-clock.ts'
import { isForgotten, isFromServer, isRefusal } from '../server-error.ts'
import { untilAnswered } from '../until-answered.ts'
import type { ChatApi, StartInput } from './chat-api.ts'

/** See {@link createStarter}. Rejects with the server's refusal, or with the last attempt's error. */
export type Start = (input: StartInput, unwanted?: AbortSignal) => Promise<void>

/**
 * Starts runs, each paid for once at most, however often its start is sent.
 *
 * A server that is restarted forgets which runs it was asked for. So a start is sent only when the server has
 * just said in which epoch it is. When nobody answers nevertheless, it may have been heard: it is repeated in
 * the same epoch and, when that is over, refused. Then somebody must decide.
 */
export function createStarter(api: Pick<ChatApi, 'start' | 'epoch'>, clock: PageClock): Start {
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
    // Once it may have been heard, only the server can say no. Restarted in the instant since it told its epoch,
    // and surely not asked before, it is asked again.
    const isFinal = (error: unknown) =>
      isRefusal(error) && (unanswered.has(runId) ? isFromServer(error) : !isForgotten(error))

    try {
      await untilAnswered(attempt, { isRefusal: isFinal, clock, unwanted })
      unanswered.delete(runId)
    } catch (error) {
      if (!isFinal(error)) throw isRefusal(error) ? new Error('Nobody answered.', { cause: error }) : error
      unanswered.delete(runId)
      throw error
    }
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
