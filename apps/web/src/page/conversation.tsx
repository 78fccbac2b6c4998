import { useLayoutEffect } from 'react'
import type { Chat, ChatState } from '../chat/chat.ts'
import type { ConversationLimits } from '../chat/messages.ts'
import { TurnView } from '../turn/turn-view.tsx'

export function Conversation(props: {
  chat: Chat
  state: ChatState
  ready: boolean
  limits: ConversationLimits | undefined
  /** There is more of the conversation on the page, before it is painted. */
  onGrow: () => void
  onAsk: () => void
}) {
  const { chat, state, ready, limits, onGrow, onAsk } = props
  const { turns, busy } = state

  // The first one has nothing above it that would have to move.
  useLayoutEffect(() => {
    if (turns.length > 1) onGrow()
  }, [turns, onGrow])

  return (
    <ol className="grid grid-cols-[minmax(0,1fr)] gap-10">
      {turns.map((turn, index) => (
        <TurnView
          key={turn.runId}
          chat={chat}
          turn={turn}
          index={index}
          after={turns.length - 1 - index}
          ready={ready}
          busy={busy}
          limits={limits}
          onGrow={onGrow}
          onAsk={onAsk}
        />
      ))}
    </ol>
  )
}
