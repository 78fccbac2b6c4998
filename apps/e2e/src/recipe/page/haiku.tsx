import { createRunStore, isRefusal, newId } from '@sluice/client'
import { useRun } from '@sluice/client/react'
import { textOf } from '@sluice/events'
import { useState } from 'react'
import { trpc } from '../api.ts'

export function Haiku() {
  const { client } = trpc.useUtils()
  const [run] = useState(() => createRunStore({ runId: newId(), runs: client.runs }))
  const start = trpc.haiku.start.useMutation({ retry: (_count, error) => !isRefusal(error) })
  const { view, failure } = useRun(run, start.isSuccess)
  const problem = start.error ?? failure ?? view.error
  if (textOf(view) !== '' || problem) return <p>{textOf(view) + (problem?.message ?? '')}</p>
  return <button onClick={() => start.mutate({ runId: run.runId, about: 'rain' })}>Write a haiku</button>
}
