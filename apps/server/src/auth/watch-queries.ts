import { AsyncLocalStorage } from 'node:async_hooks'
import { isAPIError } from 'better-auth/api'

const running = new AsyncLocalStorage<{ error?: Error }>()

/**
 * Runs what queries the database through an adapter of {@link watchQueries}, and resolves to how it ended.
 *
 * @throws the database's error, whatever `run` made of it: Better Auth takes a failed query for a wrong password, and
 * says of a sign-out that was not stored that it was.
 */
export async function settleQueries<T>(run: () => Promise<T>): Promise<PromiseSettledResult<T>> {
  const seen: { error?: Error } = {}
  const [outcome] = await Promise.allSettled([running.run(seen, run)])
  if (seen.error) throw seen.error
  return outcome
}

/** The same adapter, whose failed queries are remembered for {@link settleQueries}; those of its transactions too. */
export function watchQueries<Adapter extends object>(adapter: Adapter): Adapter {
  return new Proxy(adapter, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name)
      if (typeof method !== 'function') return method
      return async (...values: unknown[]) => {
        try {
          return await Reflect.apply(method, target, name === 'transaction' ? values.map(inWatched) : values)
        } catch (error) {
          const seen = running.getStore()
          if (seen && !isAPIError(error)) seen.error ??= withoutValues(error)
          throw error
        }
      }
    },
  })
}

function inWatched(run: unknown): unknown {
  return typeof run === 'function' ? (tx: object) => run(watchQueries(tx)) : run
}

/** The innermost cause's message: those around it quote the query with all its values, such as e-mail addresses. */
export function withoutValues(error: unknown): Error {
  let innermost = error
  while (innermost instanceof Error && innermost.cause !== undefined) innermost = innermost.cause
  return new Error(innermost instanceof Error ? innermost.message : 'unknown')
}
