import { createRunStore, isRefusal, newId } from '@sluice/client'
import { useTypedRun } from '@sluice/client/typed'
import { useState } from 'react'
import { trpc } from '../api.ts'

export function Trip() {
  const { client } = trpc.useUtils()
  const [run] = useState(() => createRunStore({ runId: newId(), runs: client.runs }))
  const start = trpc.trip.start.useMutation({ retry: (_count, error) => !isRefusal(error) })
  const { partial, value, failure, view } = useTypedRun(run, start)
  const problem = start.error ?? failure ?? view.error
  if (problem) return <p>{problem.message}</p>
  const ask = () => start.mutate({ runId: run.runId, to: 'Bath' })
  if (start.isIdle) return <button onClick={ask}>Plan</button>
  return (
    <pre aria-busy={!value}>
      {partial?.days?.map(({ place, plan }) => [place, plan].join(': ')).join('\n')}
    </pre>
  )
}
