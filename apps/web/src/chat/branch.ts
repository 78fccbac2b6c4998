import type { Message } from '../api.ts'

type QuestionMessage = Extract<Message, { role: 'user' }>
type AnswerMessage = Extract<Message, { role: 'assistant' }>

/** Which version was chosen where a message has several: its id, by that of its parent (null: the first question). */
export type Choices = ReadonlyMap<string | null, string>

/** A question and an answer to it, each with the ids of all its versions, the oldest first. */
export interface Step {
  readonly question: QuestionMessage
  readonly questions: readonly string[]
  readonly answer: AnswerMessage
  readonly answers: readonly string[]
}

/**
 * The branch of a conversation that is shown, from its first question on. Where nothing was chosen, it leads to the
 * newest message.
 *
 * @param messages Parents come before their children.
 */
export function branchOf(messages: readonly Message[], chosen: Choices): Step[] {
  const children = new Map<string | null, Message[]>()
  const newest = new Map<string | null, string>()
  for (const message of messages) {
    const siblings = children.get(message.parentId)
    if (siblings) siblings.push(message)
    else children.set(message.parentId, [message])
  }
  for (const { messageId, parentId, createdAt } of messages.toReversed()) {
    const time = later(newest.get(messageId), createdAt)
    newest.set(messageId, time)
    newest.set(parentId, later(newest.get(parentId), time))
  }

  function versionsOf(parentId: string | null): { ids: string[]; shown: Message | undefined } {
    const versions = children.get(parentId) ?? []
    const shown =
      versions.find(({ messageId }) => messageId === chosen.get(parentId)) ??
      versions.findLast(({ messageId }) => newest.get(messageId) === newest.get(parentId))
    return { ids: versions.map(({ messageId }) => messageId), shown }
  }

  const steps: Step[] = []
  let parentId: string | null = null
  for (;;) {
    const { ids: questions, shown: question } = versionsOf(parentId)
    if (question?.role !== 'user') return steps
    const { ids: answers, shown: answer } = versionsOf(question.messageId)
    if (answer?.role !== 'assistant') return steps
    steps.push({ question, questions, answer, answers })
    parentId = answer.messageId
  }
}

/** Of two times in ISO 8601. */
function later(a = '', b: string): string {
  return a > b ? a : b
}
