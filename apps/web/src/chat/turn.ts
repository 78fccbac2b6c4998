import { createRunStore, type RunStore, type RunStoreOptions } from '@sluice/client'
import { hasEnded } from '@sluice/events'
import type { Question } from './messages.ts'
import { type RunTimes, watchTimes } from './run-times.ts'
import type { StoredTurn } from './stored-chat.ts'

/** A prompt and the run that answers it. */
export interface Turn extends Question {
  readonly runId: string
  readonly run: RunStore
  /** The server has confirmed the run, so it can be followed. */
  readonly started: boolean
  /** Asked in this tab, and not taken over from storage. */
  readonly own: boolean
  readonly times: () => RunTimes
  /** How many earlier turns Claude was not told of, since the conversation had become too long. */
  readonly leftOut: number
}

/** How the run of a turn is followed. */
type Following = Omit<RunStoreOptions, 'runId' | 'initial'>

export function turnOf(
  stored: StoredTurn,
  { started, own }: Pick<Turn, 'started' | 'own'>,
  following: Following,
): Turn {
  const { runId, prompt, attachments, view, times = {}, leftOut = 0 } = stored
  const run = createRunStore({ runId, initial: view, ...following })
  return { prompt, attachments, runId, run, started, own, times: watchTimes(run, times), leftOut }
}

export function questionOf({ prompt, attachments }: Turn): Question {
  return { prompt, attachments }
}

export function storedTurn({ runId, prompt, attachments, run, started, times, leftOut }: Turn): StoredTurn {
  return {
    runId,
    prompt,
    view: run.getSnapshot().view,
    times: times(),
    ...(attachments && attachments.length > 0 && { attachments }),
    ...(leftOut > 0 && { leftOut }),
    ...(!started && { pending: true }),
  }
}

/** Given up here, while another tab got further. */
export function isLost({ run }: Turn, { view }: StoredTurn): boolean {
  const mine = run.getSnapshot()
  return mine.failure !== undefined && (hasEnded(view) || view.position > mine.view.position)
}
