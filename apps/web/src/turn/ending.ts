import type { ErrorCode, RunView } from '@sluice/events'
import { isOver, type RunFailure, type RunSnapshot } from '@sluice/client'

/** How an answer ended, when there is more to say than that it is complete. */
export interface Ending {
  readonly kind: 'stopped' | 'refused' | 'cut' | 'paused' | 'gone' | 'failed'
  readonly tone: 'note' | 'error'
  readonly message: string
  /** What was paid, and what `action` would cost. */
  readonly cost: string | undefined
  /** `retry` asks the same again; `edit` gives the prompt back, since the same would end the same. */
  readonly action: 'retry' | 'edit' | 'continue' | undefined
}

/** What a person should know about how this answer ended; undefined while it runs, or when all went well. */
export function endingOf({ view, failure }: RunSnapshot): Ending | undefined {
  if (failure) return endingOfFailure(failure, view)
  if (view.error) return endingOfError(view.error, view)
  switch (view.stopReason) {
    case 'stopped':
      return note('stopped', 'Stopped.', view.text === '' ? 'retry' : undefined)
    case 'max_tokens':
      return unfinished('cut', 'Cut off: the answer reached its token limit.', view)
    case 'pause_turn':
      return unfinished('paused', 'Claude paused before the answer was complete.', view)
    case 'tool_use':
      return unfinished('paused', 'Claude asked for a tool, but this chat has no tools.', view)
    case 'model_context_window_exceeded':
      return note('cut', 'Cut off: the conversation is as long as the model can read.', undefined)
    case undefined:
    default:
      return undefined
  }
}

function note(kind: Ending['kind'], message: string, action: Ending['action']): Ending {
  return { kind, tone: 'note', message, action, cost: undefined }
}

/** The rest can be asked for, unless there is no beginning to follow: an answer without text is not sent back. */
function unfinished(kind: 'cut' | 'paused', message: string, { text }: RunView): Ending {
  return text.trim() === ''
    ? { ...note(kind, message, 'retry'), cost: PAID_AGAIN }
    : { ...note(kind, message, 'continue'), cost: CONTINUE_IS_PAID }
}

function endingOfFailure({ code, message, retryable }: RunFailure, view: RunView): Ending {
  switch (code) {
    case 'stopped':
      return note('stopped', message, 'retry')
    case 'NOT_FOUND':
      return { ...note('gone', goneMessage(view), 'retry'), cost: PAID_AGAIN }
    case 'unreachable':
      return { kind: 'failed', tone: 'error', message, action: 'retry', cost: SAME_REQUEST }
    default:
      return {
        kind: 'failed',
        tone: 'error',
        message,
        action: retryable ? 'retry' : 'edit',
        cost: PAID_AGAIN,
      }
  }
}

function endingOfError({ code, message, retryable }: NonNullable<RunView['error']>, view: RunView): Ending {
  const action = retryable ? 'retry' : 'edit'
  if (code === 'refused') return { ...note('refused', message, action), cost: PAID_AGAIN }
  const free = NEVER_ANSWERED.has(code) && !view.usage && view.text === '' && view.thinking === ''
  return { kind: 'failed', tone: 'error', message, action, cost: free ? COST_NOTHING : PAID_AGAIN }
}

/** Claude turned the request away before it began. */
const NEVER_ANSWERED: ReadonlySet<ErrorCode> = new Set([
  'overloaded',
  'rate_limited',
  'auth',
  'invalid_request',
])

const PAID_AGAIN = 'Asking again is a new request, and paid again.'
const CONTINUE_IS_PAID = 'Continue is a new request, which reads the conversation again.'
const COST_NOTHING = 'This attempt cost nothing.'
const SAME_REQUEST =
  'Retry asks under the same number: if the first attempt did arrive, it is not paid twice.'

function goneMessage({ text }: RunView): string {
  return text === ''
    ? 'This answer is no longer available.'
    : 'The rest of this answer is no longer available.'
}

/** For screen readers: how it ended, in a few words. */
export function announcementOf(run: RunSnapshot): string {
  if (!isOver(run)) return 'Answering…'
  const ending = endingOf(run)
  if (!ending) return 'Answer complete'
  return ending.kind === 'stopped' ? 'Stopped' : ending.message
}
