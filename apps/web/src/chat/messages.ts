import type { RunView } from '@sluice/events'

export interface Message {
  readonly role: 'user' | 'assistant'
  readonly content: string
}

/** What Claude is to be reminded of. Turns without an answer, and refused ones, would only invite a second refusal. */
export function messagesFor(turns: readonly { prompt: string; view: RunView }[], prompt: string): Message[] {
  const answered = turns.filter(({ view }) => view.text.trim() !== '' && view.stopReason !== 'refusal')
  return [
    ...answered.flatMap(({ prompt: asked, view }): Message[] => [
      { role: 'user', content: asked },
      { role: 'assistant', content: view.text },
    ]),
    { role: 'user', content: prompt },
  ]
}
