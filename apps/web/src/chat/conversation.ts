import { hasEnded } from '@sluice/events'
import * as z from 'zod/mini'
import { type StoredTurn, StoredTurnsSchema } from './stored-chat.ts'
import { withoutDirectives } from './without-directives.ts'

export const CONVERSATION_VERSION = 1

/** A conversation as it is kept. */
export const ConversationSchema = z.object({
  version: z.literal(CONVERSATION_VERSION),
  id: z.uuid(),
  /** Grows when turns come, go or change places; an answer that grows is no new revision. */
  revision: z.int().check(z.nonnegative()),
  /** ms since the epoch. */
  updatedAt: z.number(),
  turns: StoredTurnsSchema,
})
export type Conversation = Omit<z.infer<typeof ConversationSchema>, 'turns'> & {
  turns: readonly StoredTurn[]
}

const TITLE_CHARS = 60
/** Of a question; its title is in there. */
const TITLE_SOURCE_CHARS = 4000

/** The first words of the first question, without what is meant for the simulator. */
export function titleOf({ turns }: Pick<Conversation, 'turns'>): string {
  const [first] = turns
  const words = withoutDirectives((first?.prompt ?? '').slice(0, TITLE_SOURCE_CHARS))
    .replaceAll(/\s+/g, ' ')
    .trim()
  const title = words || first?.attachments?.[0]?.name || 'New chat'
  return title.length > TITLE_CHARS ? `${title.slice(0, TITLE_CHARS).trimEnd()}…` : title
}

/** `mine` with whichever of the two knows more of each answer: a tab that slept must not undo what another saw. */
export function furthest(mine: readonly StoredTurn[], others: readonly StoredTurn[]): StoredTurn[] {
  const known = new Map(others.map((turn) => [turn.runId, turn]))
  return mine.map((turn) => {
    const other = known.get(turn.runId)
    return other && isFurther(other, turn) ? { ...turn, view: other.view, times: other.times } : turn
  })
}

function isFurther(a: StoredTurn, b: StoredTurn): boolean {
  return hasEnded(a.view) === hasEnded(b.view) ? a.view.position > b.view.position : hasEnded(a.view)
}
