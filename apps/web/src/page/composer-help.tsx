import { isRefusal } from '@sluice/client'
import { use } from 'react'
import type { Conversation } from '../api.ts'
import type { Refusal } from '../chat/refusal.ts'
import { useModels } from '../chat/use-models.ts'
import { ShowFigures } from '../turn/show-figures.ts'
import { RefusalMessage } from '../ui/refusal-message.tsx'
import { ConversationTotals } from './conversation-totals.tsx'
import { UsageToday } from './usage-today.tsx'

/** The line under the composer: a problem, or else the totals and the keys. */
export function ComposerHelp(props: {
  problem: string | undefined
  refusal: Refusal | undefined
  /** Something is written, but cannot be sent until the answer has ended. */
  waiting: boolean
  conversation: Conversation | undefined
}) {
  const { problem, refusal, waiting, conversation } = props
  const figures = use(ShowFigures)
  const { isPending, failureCount, error } = useModels()
  const trouble = problem ?? (!refusal && isRefusal(error) ? error.message : undefined)

  return (
    <div
      id="composer-help"
      className="flex min-h-2 keys:min-h-8 flex-wrap justify-center gap-x-4 px-2 pt-1.5 text-center text-[0.8125rem] text-quiet"
    >
      {trouble ? (
        <p role="alert" className="text-bad" data-testid="problem">
          {trouble}
        </p>
      ) : refusal ? (
        <RefusalMessage {...refusal} />
      ) : isPending && failureCount > 0 ? (
        <p role="alert" data-testid="unreachable">
          Cannot reach the server. Retrying…
        </p>
      ) : waiting ? (
        <p role="status" data-testid="wait">
          Wait for the answer to finish, or press Stop.
        </p>
      ) : (
        <>
          {figures && conversation && (
            <>
              <ConversationTotals conversation={conversation} />
              <UsageToday />
            </>
          )}
          <p className="hidden keys:block">
            <Key name="Enter" /> to send, <Key name="Shift" /> <Key name="Enter" /> for a new line
          </p>
        </>
      )}
    </div>
  )
}

function Key({ name }: { name: string }) {
  return <kbd className="rounded border border-line px-1 font-sans text-xs">{name}</kbd>
}
