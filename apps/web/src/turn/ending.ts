import { type ErrorCode, type RunView, textOf } from '@sluice/events'
import { isOver, type RunFailure, type RunSnapshot } from '@sluice/client'
import { requestsOf } from '../tools/call-words.ts'

/** `retry` asks the same again; `edit` gives the prompt back, since the same would end the same. */
export type Action = 'retry' | 'edit' | 'continue'

/** How an answer ended, when there is more to say than that it is complete. */
export interface Ending {
  /** Only `failed` is an error. */
  readonly kind: 'stopped' | 'left' | 'refused' | 'cut' | 'paused' | 'failed'
  readonly message: string
  /** What was paid, and what `action` would cost. */
  readonly cost: string | undefined
  readonly action: Action | undefined
}

/** What to tell the user about how this answer ended; undefined while it runs, and when it is complete. */
export function endingOf(run: RunSnapshot): Ending | undefined {
  const ending = endingOfRun(run)
  const unsure = callsIn(run.view, 'unknown')
  return ending && unsure.length > 0
    ? {
        ...ending,
        message: `${ending.message} The call of ${unsure.join(', ')} may have happened: check before you go on.`,
      }
    : ending
}

function endingOfRun({ view, failure, reconnects }: RunSnapshot): Ending | undefined {
  if (failure) return endingOfFailure(failure)
  if (view.error) return endingOfError(view.error, view, reconnects)
  switch (view.stopReason) {
    case 'stopped':
      return note('stopped', 'Stopped.', canContinue(view) ? undefined : 'retry')
    case 'max_tokens':
      return unfinished('cut', cutMessage(view), view)
    case 'pause_turn':
      return unfinished('paused', 'Claude paused before the answer was complete.', view)
    case 'tool_use':
      return unfinished('paused', 'Claude asked for a tool, but this chat has none.', view)
    case 'step_limit':
      return unfinished(
        'paused',
        `Paused after ${view.steps.length} steps, the most that one answer may take.`,
        view,
      )
    case 'budget':
      return unfinished('paused', 'Paused, because the next step could cost more than is allowed.', view)
    case 'model_context_window_exceeded':
      return note('cut', 'Cut off: the conversation is as long as the model can read.', undefined)
    // Its calls say that they wait.
    case 'approval':
    case undefined:
    default:
      return undefined
  }
}

function cutMessage(view: RunView): string {
  const dropped = view.parts.at(-1)?.type === 'tool' ? callsIn(view, 'dropped') : []
  return dropped.length === 0
    ? 'Cut off: the answer reached its token limit.'
    : `Cut off: the answer reached its token limit before the input of ${dropped.join(', ')} was complete.`
}

/** The names of the calls in a state, each once. */
function callsIn({ parts }: RunView, state: 'dropped' | 'unknown'): string[] {
  const names = parts.flatMap((part) => (part.type === 'tool' && part.state === state ? [part.name] : []))
  return [...new Set(names)]
}

function note(kind: Ending['kind'], message: string, action: Ending['action']): Ending {
  return { kind, message, action, cost: undefined }
}

function unfinished(kind: Ending['kind'], message: string, view: RunView): Ending {
  return canContinue(view)
    ? { ...note(kind, message, 'continue'), cost: CONTINUE_IS_PAID }
    : { ...note(kind, message, 'retry'), cost: PAID_AGAIN }
}

/** Without text or a call that was executed, there is nothing that Claude could continue. */
function canContinue(view: RunView): boolean {
  return (
    textOf(view).trim() !== '' ||
    view.parts.some((part) => part.type === 'tool' && (part.output !== undefined || part.state === 'unknown'))
  )
}

function endingOfFailure({ code, message, retryable }: RunFailure): Ending {
  if (code === 'stopped') return note('stopped', message, 'retry')
  const cost = code === 'unreachable' ? SAME_REQUEST : PAID_AGAIN
  return { kind: 'failed', message, action: retryable ? 'retry' : 'edit', cost }
}

function endingOfError(
  { code, message, retryable }: NonNullable<RunView['error']>,
  view: RunView,
  reconnects: number,
): Ending {
  // A page that saw its connection go was there all the time.
  if (code === 'abandoned') return unfinished('left', reconnects > 0 ? CONNECTION_LOST : LEFT, view)
  if (code === 'interrupted') return unfinished('failed', message, view)
  const action = retryable ? 'retry' : 'edit'
  if (code === 'refused') return { ...note('refused', message, action), cost: PAID_AGAIN }
  const free = NEVER_ANSWERED.has(code) && !view.usage && view.parts.length === 0
  return { kind: 'failed', message, action, cost: free ? COST_NOTHING : PAID_AGAIN }
}

/** Claude turned the request away before it began. */
const NEVER_ANSWERED: ReadonlySet<ErrorCode> = new Set([
  'overloaded',
  'rate_limited',
  'auth',
  'invalid_request',
])

const LEFT = 'Stopped when you left.'
const CONNECTION_LOST = 'Stopped because the connection was lost.'
const PAID_AGAIN = 'Asking again sends and bills a new request.'
const CONTINUE_IS_PAID = 'Continuing sends and bills the conversation again.'
const COST_NOTHING = 'This attempt cost nothing.'
const SAME_REQUEST = 'Retrying is safe: if the first attempt arrived, it is not billed twice.'

/** For screen readers: how it ended, in a few words. */
export function announcementOf(run: RunSnapshot): string {
  if (!isOver(run)) return 'Answering…'
  if (run.view.stopReason === 'approval') return requestsOf(run.view)
  return endingOf(run)?.message ?? 'Answer complete'
}
