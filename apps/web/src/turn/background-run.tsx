import { useRun } from '@sluice/client/react'
import { useStore } from 'zustand'
import type { Chat } from '../chat/chat.ts'
import type { Turn } from '../chat/turn.ts'

/** Keeps reading the answer of a chat that is not shown, so that switching away does not end it. */
export function BackgroundRun({ chat }: { chat: Chat }) {
  const turn = useStore(chat, ({ turns }) => turns.at(-1))
  return turn && <Reader turn={turn} />
}

function Reader({ turn: { run, started } }: { turn: Turn }) {
  // The server does not know a run before its start is accepted.
  useRun(run, started)
  return null
}
