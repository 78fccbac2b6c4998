import { EMPTY_RUN_VIEW, type RunView } from '@sluice/events'
import { createRunStore, type RunSnapshot } from '@sluice/client'
import { createFakeServer } from '@sluice/client/testing'

/** A run in some state, connected unless `rest` says otherwise. */
export function snapshotOf(view: Partial<RunView>, rest: Partial<RunSnapshot> = {}): RunSnapshot {
  const run = createRunStore({
    runId: 'run',
    initial: { ...EMPTY_RUN_VIEW, ...view },
    runs: createFakeServer().runs,
  })
  return { ...run.getSnapshot(), connection: 'open', ...rest }
}
