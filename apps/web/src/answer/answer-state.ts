import { isOver, type RunSnapshot } from '../run/run-store.ts'

/** How an answer ended, when there is more to say than that it is complete. */
export interface Ending {
  readonly tone: 'note' | 'error'
  readonly message: string
  /** `retry` asks the same again; `edit` gives the prompt back, since the same would end the same. */
  readonly action: 'retry' | 'edit' | undefined
}

/** What a person should know about how this answer ended; undefined while it runs, or when all went well. */
export function endingOf({ view, failure }: RunSnapshot): Ending | undefined {
  if (failure) {
    const tone = CALM.has(failure.code) ? 'note' : 'error'
    const message = failure.code === 'NOT_FOUND' ? goneMessage(view.text) : failure.message
    return { tone, message, action: failure.retryable ? 'retry' : 'edit' }
  }
  if (view.error) {
    const { code, message, retryable } = view.error
    return { tone: code === 'refused' ? 'note' : 'error', message, action: retryable ? 'retry' : 'edit' }
  }
  switch (view.stopReason) {
    case 'stopped':
      return { tone: 'note', message: 'Stopped.', action: undefined }
    case 'refusal':
      return { tone: 'note', message: 'Claude declined to answer this.', action: 'edit' }
    case 'max_tokens':
      return { tone: 'note', message: 'Cut off: the answer reached its token limit.', action: undefined }
    case 'model_context_window_exceeded':
      return {
        tone: 'note',
        message: 'Cut off: the conversation is as long as the model can read.',
        action: undefined,
      }
    case undefined:
    default:
      return undefined
  }
}

const CALM: ReadonlySet<string> = new Set(['NOT_FOUND', 'stopped'])

function goneMessage(text: string): string {
  return text === ''
    ? 'This answer is no longer available.'
    : 'The rest of this answer is no longer available.'
}

/** What the answer is waiting for, in a word or two; undefined while something arrives, and after its end. */
export function waitingFor(run: RunSnapshot): string | undefined {
  if (isOver(run)) return undefined
  if (run.connection === 'reconnecting') return 'Reconnecting'
  switch (run.view.status) {
    case 'pending':
      return run.connection === 'open' ? 'Waiting for Claude' : 'Connecting'
    case 'thinking':
    case 'streaming':
    case 'done':
    case 'failed':
      return undefined
    default:
      return run.view.status satisfies never
  }
}

/** For screen readers: states, never the tokens. */
export function announcementOf(run: RunSnapshot): string {
  if (!isOver(run)) return 'Answering…'
  const ending = endingOf(run)
  if (!ending) return 'Answer complete'
  return run.view.stopReason === 'stopped' || run.failure?.code === 'stopped' ? 'Stopped' : ending.message
}
