import { useLayoutEffect } from 'react'
import type { Chat, ChatState } from '../chat/chat.ts'
import { TurnView } from '../turn/turn-view.tsx'

export function Conversation(props: {
  chat: Chat
  state: ChatState
  /** There is more of the conversation on the page, before it is painted. */
  onGrow: () => void
  onAsk: () => void
}) {
  const { chat, state, onGrow, onAsk } = props
  const { turns, busy } = state

  // The first one has nothing above it that would have to move.
  useLayoutEffect(() => {
    if (turns.length > 1) onGrow()
  }, [turns, onGrow])

  return (
    <ol className="grid grid-cols-[minmax(0,1fr)] gap-10">
      {turns.map((turn, index) => (
        <TurnView
          // The same turn in another version, so that its arrows keep the focus.
          key={turn.step.question.parentId ?? 'first'}
          chat={chat}
          turn={turn}
          isLast={index === turns.length - 1}
          busy={busy}
          onGrow={onGrow}
          onAsk={onAsk}
        />
      ))}
    </ol>
  )
}
