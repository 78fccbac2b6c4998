import { useSyncExternalStore } from 'react'
import type { RunSnapshot, RunStore } from '../run/run-store.ts'

/** Tells screen readers what the answer is doing. The streaming text is no live region: it would be read in scraps. */
export function Announcer(props: { run: RunStore | undefined; describe: (run: RunSnapshot) => string }) {
  const { run, describe } = props
  const message = useSyncExternalStore(run?.subscribe ?? never, () =>
    run ? describe(run.getSnapshot()) : '',
  )

  return (
    <div role="status" aria-live="polite" className="unseen">
      {message}
    </div>
  )
}

function never() {
  return () => {}
}
