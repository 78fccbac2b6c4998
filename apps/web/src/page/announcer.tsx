import { useEffect, useState } from 'react'
import type { RunStore } from '@sluice/client'
import { announcementOf } from '../turn/ending.ts'
import { createReciter } from '../turn/reciter.ts'

/**
 * Tells screen readers what the answer is doing, and reads its beginning in whole sentences. The streaming text
 * itself is not a live region: screen readers would read it in fragments.
 */
export function Announcer({ run }: { run: RunStore | undefined }) {
  const [said, setSaid] = useState<{ run: RunStore; message: string }>()

  useEffect(() => run && createReciter({ run, say: (message) => setSaid({ run, message }) }), [run])

  return (
    <div role="status" aria-live="polite" className="sr-only" data-testid="announcer">
      {run && (said?.run === run ? said.message : announcementOf(run.getSnapshot()))}
    </div>
  )
}
