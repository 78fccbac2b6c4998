import { wholeSeconds } from './format.ts'
import { useNow } from './use-now.ts'

/** Why the server did not do what was asked for, and when to try again, in ms since the epoch. */
export function RefusalMessage({ message, retryAt }: { message: string; retryAt: number | undefined }) {
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
