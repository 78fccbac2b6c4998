import { memo, useState } from 'react'
import type { Chat } from '../chat/chat.ts'
import type { Turn } from '../chat/turn.ts'
import { AnswerCard } from './answer-card.tsx'
import { Prompt } from './prompt.tsx'

const CONTINUE = 'Continue.'

/** One question and its answer. Changes only with its own props and its own run. */
export const TurnView = memo(function TurnView(props: {
  chat: Chat
  turn: Turn
  isLast: boolean
  busy: boolean
  onGrow: () => void
  /** Something was asked, so the page should show the end of the conversation. */
  onAsk: () => void
}) {
  const { chat, turn, isLast, busy, onGrow, onAsk } = props
  const [editing, setEditing] = useState(false)

  function ask(what: () => unknown) {
    onAsk()
    void what()
  }

  return (
    <li className="grid grid-cols-[minmax(0,1fr)] gap-4">
      {turn.leftOut > 0 && (
        <p className="rounded-lg bg-warn-soft px-3.5 py-2 text-sm text-warn" data-testid="left-out">
          {turn.leftOut === 1 ? 'The oldest message was' : `The ${turn.leftOut} oldest messages were`} not
          sent to Claude: the conversation has become too long.
        </p>
      )}
      <Prompt
        chat={chat}
        turn={turn}
        canEdit={!busy}
        editing={editing}
        onEditing={setEditing}
        onResend={(prompt) => ask(() => chat.edit(turn, prompt))}
      />
      <AnswerCard
        chat={chat}
        turn={turn}
        live={turn.started}
        isLast={isLast}
        canChoose={!busy}
        onGrow={onGrow}
        onAct={(action) => {
          if (action === 'edit') setEditing(true)
          else ask(action === 'retry' ? chat.retry : () => chat.send(CONTINUE))
        }}
      />
    </li>
  )
})
