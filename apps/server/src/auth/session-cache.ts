import { createHash } from 'node:crypto'
import type { SignedIn } from './signed-in.ts'

/** A user's session in one browser. */
export interface Session extends SignedIn {
  readonly token: string
  readonly expiresAt: Date
}

export interface SessionCache {
  /**
   * The session of a cookie: one that was found in the last minute, or what `find` resolves to. Rejects as that does.
   *
   * @param fresh asks `find` in any case.
   */
  get(cookie: string, find: () => Promise<Session>, options?: { fresh?: boolean }): Promise<Session>
  forget(cookie: string): void
  forgetAll(): void
}

/** Seconds. As long, a session that another process has revoked may still be used here. */
export const SESSION_CACHE_S = 60
const MAX_SESSIONS = 10_000

/**
 * Keeps sessions in memory for a minute, so that a page's many small requests make no query. Better Auth's own cache is a
 * signed copy of the row in a second cookie, and checking it takes longer than all the rest of an ack.
 */
export function createSessionCache(): SessionCache {
  // By a hash, so that no heap snapshot has cookies; in the order in which they were added.
  const entries = new Map<string, { session: Promise<Session>; until: number }>()

  return {
    async get(cookie, find, { fresh = false } = {}) {
      const key = keyOf(cookie)
      const known = entries.get(key)
      if (!fresh && known !== undefined && known.until > Date.now()) {
        const session = await known.session
        if (session.expiresAt.getTime() > Date.now()) return session
      }
      const entry = { session: find(), until: Date.now() + SESSION_CACHE_S * 1000 }
      entries.delete(key)
      entries.set(key, entry)
      const [oldest] = entries.keys()
      if (oldest !== undefined && entries.size > MAX_SESSIONS) entries.delete(oldest)
      try {
        return await entry.session
      } catch (error) {
        if (entries.get(key) === entry) entries.delete(key)
        throw error
      }
    },
    forget: (cookie) => void entries.delete(keyOf(cookie)),
    forgetAll: () => entries.clear(),
  }
}

function keyOf(cookie: string): string {
  return createHash('sha256').update(cookie).digest('base64')
}
