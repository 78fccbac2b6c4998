import { createRunStore, isRefusal, newId } from '@sluice/client'
import { useRun } from '@sluice/client/react'
import { useState } from 'react'
import { trpc } from '../trpc.ts'

export function Haiku() {
  const { client } = trpc.useUtils()
  const [run] = useState(() => createRunStore({ runId: newId(), runs: client.runs }))
  const start = trpc.haiku.start.useMutation({ retry: (_count, error) => !isRefusal(error) })
  const { view, failure } = useRun(run, start.isSuccess)
  const problem = start.error ?? failure ?? view.error
  if (view.text !== '' || problem) return <p>{view.text + (problem?.message ?? '')}</p>
  return <button onClick={() => start.mutate({ runId: run.runId, about: 'rain' })}>Write a haiku</button>
}
