import type { RunView } from '@sluice/events'
import { useModels } from '../chat/use-models.ts'

/** What else was unusual about an answer: that Claude summarised the conversation, or that another model answered. */
export function AnswerNotes({ view }: { view: Pick<RunView, 'steps' | 'model' | 'requestedModel'> }) {
  const { data } = useModels()
  const notes = notesOf(view, data?.models ?? [])

  return notes.map((note) => (
    <p key={note} className="mt-2 text-sm text-quiet" data-testid="answer-note">
      {note}
    </p>
  ))
}

export function notesOf(
  { steps, model, requestedModel }: Pick<RunView, 'steps' | 'model' | 'requestedModel'>,
  models: readonly { readonly id: string; readonly name: string }[],
): string[] {
  const nameOf = (id: string) => models.find((known) => id.includes(known.id))?.name ?? id
  const answering = steps.at(-1)?.model ?? model
  return [
    ...(steps.some(({ compacted }) => compacted) ? ['Claude summarised the conversation to go on.'] : []),
    // Its own name may have a date or more around it. An alias, which has no name here, stands for another one anyway.
    ...(answering.includes(requestedModel) || nameOf(requestedModel) === requestedModel
      ? []
      : [`Answered by ${nameOf(answering)} instead of ${nameOf(requestedModel)}.`]),
  ]
}
