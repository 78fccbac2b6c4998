import { useLayoutEffect } from 'react'
import * as z from 'zod/mini'
import { useStore } from 'zustand'
import type { OpenChats } from '../chat/open-chats.ts'
import { useNavigate } from '../ui/link.tsx'

const IdSchema = z.uuid()

/**
 * Shows the conversation that the address names, and a new one at `/`. A new one has its own address from its first
 * question on.
 */
export function useAddress(openChats: OpenChats, conversationId: string | undefined) {
  const navigate = useNavigate()
  const { chat } = useStore(openChats)
  const isNew = useStore(chat, chat.isNew)

  // Before the first paint, which is to show what the address names.
  useLayoutEffect(() => {
    const parsed = IdSchema.safeParse(conversationId)
    if (parsed.success) openChats.open(parsed.data)
    else openChats.create()
  }, [openChats, conversationId])

  // Something was asked, or refused, or the conversation is gone.
  useLayoutEffect(() => {
    // The address has just opened another one.
    if (chat !== openChats.getState().chat) return
    const path = isNew ? '/' : (`/chat/${chat.id}` as const)
    if (path !== window.location.pathname) navigate(path, { replace: true })
  }, [openChats, navigate, chat, isNew])
}
