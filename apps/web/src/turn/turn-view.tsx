import { memo, useState } from 'react'
import type { Chat } from '../chat/chat.ts'
import type { ConversationLimits } from '../chat/messages.ts'
import type { Turn } from '../chat/turn.ts'
import { count } from '../ui/format.ts'
import { AnswerCard } from './answer-card.tsx'
import { Prompt } from './prompt.tsx'

const CONTINUE = 'Continue.'

/** One question and its answer. Changes only with its own props and its own run. */
export const TurnView = memo(function TurnView(props: {
  chat: Chat
  turn: Turn
  index: number
  after: number
  /** The session is there, so runs can be followed. */
  ready: boolean
  busy: boolean
  limits: ConversationLimits | undefined
  onGrow: () => void
  /** Something was asked: the end of the conversation is what is wanted to be seen. */
  onAsk: () => void
}) {
  const { chat, turn, index, after, ready, busy, limits, onGrow, onAsk } = props
  const [editing, setEditing] = useState(false)

  function ask(what: () => unknown) {
    onAsk()
    void what()
  }

  return (
    <li className="grid grid-cols-[minmax(0,1fr)] gap-4">
      {turn.leftOut > 0 && (
        <p className="rounded-lg bg-warn-soft px-3.5 py-2 text-sm text-warn" data-testid="left-out">
          {turn.leftOut === 1 ? 'The oldest turn was' : `The ${turn.leftOut} oldest turns were`} not sent
          along with this question: the conversation is longer
          {limits === undefined
            ? ' than allowed'
            : ` than ${count(limits.maxPromptChars)} characters or ${count(limits.maxMessages)} messages`}
          .
        </p>
      )}
      <Prompt
        turn={turn}
        after={after}
        canEdit={!busy}
        editing={editing && !busy}
        onEditing={setEditing}
        onResend={(prompt) => ask(() => chat.edit(index, prompt))}
      />
      <AnswerCard
        turn={turn}
        live={ready && turn.started}
        canAct={after === 0 && !busy}
        onGrow={onGrow}
        onRetry={() => ask(chat.retry)}
        onEdit={() => setEditing(true)}
        onContinue={() => ask(() => chat.send(CONTINUE))}
      />
    </li>
  )
})
