import { createTRPCClient, httpLink } from '@trpc/client'
import type { LabAppRouter } from '@sluice/server'
import { useEffect, useState } from 'react'
import { isOver, type RunStore } from '@sluice/client'
import { upstreamOf } from './upstream-of.ts'

const POLL_MS = 250

const client = createTRPCClient<LabAppRouter>({ links: [httpLink({ url: '/trpc' })] })

export interface LabState {
  /** Positions, from Claude to the reader's word that it is on the page. */
  readonly claudeSent: number | undefined
  readonly held: number
  readonly received: number
  readonly rendered: number
  readonly acked: number
  readonly windowChars: number
  readonly paused: boolean
  readonly ended: boolean
  readonly readers: number
  readonly framesPerSecond: number
  readonly commitsPerSecond: number
  readonly reconnects: number
  readonly gaps: number
}

/** The flow of a run as both ends see it, four times a second. */
export function useLabState(run: RunStore | undefined, runId: string | undefined): LabState | undefined {
  const [state, setState] = useState<LabState>()

  useEffect(() => {
    if (!run || runId === undefined) return undefined
    let before = { at: performance.now(), frames: run.flow().frames, commits: run.getSnapshot().commits }

    async function look(shown: RunStore, id: string) {
      // Unknown before its start, and after its time; the API may also be down, on request.
      const server = await client.lab.state.query({ runId: id }).catch(() => undefined)
      const snapshot = shown.getSnapshot()
      const { received, rendered, acked, frames } = shown.flow()
      const now = { at: performance.now(), frames, commits: snapshot.commits }
      const seconds = Math.max(0.001, (now.at - before.at) / 1000)
      const framesPerSecond = (now.frames - before.frames) / seconds
      const commitsPerSecond = (now.commits - before.commits) / seconds
      before = now
      const over = isOver(snapshot)
      setState((known) => ({
        ...upstreamOf(server ? { claudeSent: server.claudeSent, held: server.end } : known, received),
        received,
        rendered,
        acked: over ? rendered : acked,
        windowChars: server?.windowChars ?? known?.windowChars ?? 16_384,
        paused: server?.paused ?? false,
        ended: server?.ended ?? over,
        readers: server?.readers ?? 0,
        framesPerSecond: smooth(known?.framesPerSecond, framesPerSecond),
        commitsPerSecond: smooth(known?.commitsPerSecond, commitsPerSecond),
        reconnects: snapshot.reconnects,
        gaps: snapshot.gaps,
      }))
    }

    const timer = setInterval(() => void look(run, runId), POLL_MS)
    return () => clearInterval(timer)
  }, [run, runId])

  return state
}

function smooth(before: number | undefined, now: number): number {
  return before === undefined ? now : before * 0.6 + now * 0.4
}
