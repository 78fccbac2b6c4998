import { newId, retry } from '@sluice/client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { trpc } from '../api.ts'
import { invalidateNotes } from './invalidate-notes.ts'

/** A finished note of a draft, and its place in it. */
export interface PickedNote {
  readonly index: number
  readonly title: string
  readonly text: string
}

/** Of each note, about 10 seconds. */
const ATTEMPTS = 7

/** Adds notes of a draft. Each has an id of its own, so that it is added once, however often that is tried. */
export function useAddDrafted() {
  const { client } = trpc.useUtils()
  const queryClient = useQueryClient()
  const [ids] = useState(() => new Map<number, string>())
  return useMutation({
    retry: false,
    mutationFn: async (picked: readonly PickedNote[]) => {
      // The one that is added last is listed first.
      for (const { index, title, text } of picked.toReversed()) {
        const id = ids.get(index) ?? newId()
        ids.set(index, id)
        await retry(() => client.notes.add.mutate({ id, title, text }), { attempts: ATTEMPTS })
      }
    },
    onSettled: () => invalidateNotes(queryClient),
  })
}
