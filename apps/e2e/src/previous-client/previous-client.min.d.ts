import type { createLinks as currentLinks, PageClock, RunsApi } from '@sluice/client'

export declare const createLinks: typeof currentLinks

interface PreviousView {
  readonly status: string
  readonly position: number
  readonly text: string
  readonly thinking: string
  readonly stopReason: string | undefined
}

interface PreviousSnapshot {
  readonly view: PreviousView
  readonly failure: object | undefined
  readonly gaps: number
  readonly reconnects: number
}

export declare function isOver(snapshot: PreviousSnapshot): boolean

export declare function createRunStore(options: { runId: string; runs: RunsApi; clock: PageClock }): {
  readonly getSnapshot: () => PreviousSnapshot
  readonly subscribe: (listener: () => void) => () => void
  readonly connect: () => void
  readonly close: () => void
  readonly rendered: (position: number) => void
}
