import type { Refusal } from '../chat/chat.ts'
import type { Turn } from '../chat/turn.ts'
import { wholeSeconds } from '../ui/format.ts'
import { useNow } from '../ui/use-now.ts'
import { ConversationTotals } from './conversation-totals.tsx'

/** The line under the composer: what is wrong, or else what all of it cost, and the keys. */
export function ComposerHelp(props: {
  problem: string | undefined
  refusal: Refusal | undefined
  serverRefusal: string | undefined
  unreachable: boolean
  turns: readonly Turn[]
}) {
  const { problem, refusal, serverRefusal, unreachable, turns } = props
  const trouble = problem ?? (refusal ? undefined : serverRefusal)

  return (
    <div
      id="composer-help"
      className="mx-auto flex min-h-7 max-w-184 flex-wrap justify-center gap-x-4 pt-1.5 text-[0.8125rem] text-quiet"
    >
      {trouble ? (
        <p role="alert" className="text-bad" data-testid="problem">
          {trouble}
        </p>
      ) : refusal ? (
        <RefusalMessage refusal={refusal} />
      ) : unreachable ? (
        <p role="alert" data-testid="unreachable">
          The server cannot be reached yet. Trying again.
        </p>
      ) : (
        <>
          <ConversationTotals turns={turns} />
          <p className="hidden keys:block">
            <Key name="Enter" /> sends, <Key name="Shift" /> <Key name="Enter" /> breaks the line,{' '}
            <Key name="Esc" /> stops
          </p>
        </>
      )}
    </div>
  )
}

function RefusalMessage({ refusal: { message, retryAt } }: { refusal: Refusal }) {
  const now = useNow(retryAt !== undefined)
  const left = retryAt === undefined ? undefined : retryAt - now

  return (
    <p className="text-bad" data-testid="problem">
      <span role="alert">{message}</span>
      {left !== undefined && (
        <span data-testid="retry-after">
          {left > 0 ? ` Try again in ${wholeSeconds(left)}.` : ' You can try again now.'}
        </span>
      )}
    </p>
  )
}

function Key({ name }: { name: string }) {
  return <kbd className="rounded border border-line px-1 font-sans text-xs">{name}</kbd>
}
