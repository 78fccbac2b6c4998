import { skipToken, useQuery } from '@tanstack/react-query'
import { createTRPCClient, httpLink } from '@trpc/client'
import type { LabAppRouter } from '@sluice/server'
import { isOver, type RunStore } from '@sluice/client'
import { useNow } from '../ui/use-now.ts'

const POLL_MS = 250

const client = createTRPCClient<LabAppRouter>({ links: [httpLink({ url: '/trpc' })] })

/** Positions are how far the answer has come at each stage. */
export type LabState = NonNullable<ReturnType<typeof useLabState>>

/** The flow of a run as both ends see it, four times a second. */
export function useLabState(run: RunStore | undefined) {
  // What the server last said. It knows nothing before the start and some time after the end, or is down.
  const { data: server } = useQuery({
    queryKey: ['lab', run?.runId],
    queryFn: run ? () => client.lab.state.query({ runId: run.runId }) : skipToken,
    refetchInterval: POLL_MS,
    retry: false,
  })
  useNow(run !== undefined, POLL_MS)
  if (!run) return undefined
  const snapshot = run.getSnapshot()
  const { received, rendered, acked } = run.flow()
  const over = isOver(snapshot)
  const { windowChars = 16_384, paused = false, ended = false, readers = 0 } = server ?? {}
  // What has passed one stage has passed those before it: the server answered a moment ago, and Claude's text has
  // neither of the events that the server puts around it.
  const held = Math.max(server?.end ?? 0, received)
  return {
    claudeSent: server?.claudeSent === undefined ? undefined : Math.max(server.claudeSent, held),
    held,
    received,
    rendered,
    acked: over ? rendered : acked,
    windowChars,
    paused,
    ended: ended || over,
    readers,
    reconnects: snapshot.reconnects,
    gaps: snapshot.gaps,
  }
}
