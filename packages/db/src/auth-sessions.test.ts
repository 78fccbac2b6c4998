import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { authAccount, authSession, authUser, authVerification } from './auth-schema.ts'
import { deleteExpiredSessions, deleteUnverifiedUsers, isSessionLive } from './auth-sessions.ts'
import { onBothEngines } from './testing/on-both-engines.ts'

onBothEngines((db) => {
  test('an expired session is not live, and is deleted, as is a sign-in that was not finished', async () => {
    const now = { createdAt: new Date(), updatedAt: new Date() }
    const userId = randomUUID()
    const email = `${userId}@example.com`
    await db()
      .insert(authUser)
      .values({ id: userId, name: 'Ada', email, emailVerified: false, ...now })
    const [live, expired] = [randomUUID(), randomUUID()]
    for (const [token, ms] of [
      [live, 60_000],
      [expired, -1],
    ] as const) {
      const expiresAt = new Date(Date.now() + ms)
      await db()
        .insert(authSession)
        .values({ id: randomUUID(), token, userId, expiresAt, ...now })
      await db()
        .insert(authVerification)
        .values({ id: randomUUID(), identifier: token, value: '', expiresAt, ...now })
    }
    expect(await Promise.all([live, expired, 'unknown'].map((token) => isSessionLive(db(), token)))).toEqual([
      true,
      false,
      false,
    ])
    while ((await deleteExpiredSessions(db(), 1)) > 0);
    const tokens = (await db().select().from(authSession)).map(({ token }) => token)
    expect(tokens).toContain(live)
    expect(tokens).not.toContain(expired)
    const begun = (await db().select().from(authVerification)).map(({ identifier }) => identifier)
    expect(begun).toContain(live)
    expect(begun).not.toContain(expired)
  })

  test('a user whose address is not confirmed for a week is deleted, with the password', async () => {
    const ids: string[] = []
    for (const [emailVerified, days] of [
      [false, 8],
      [false, 6],
      [true, 8],
    ] as const) {
      const id = randomUUID()
      ids.push(id)
      const at = new Date(Date.now() - days * 24 * 60 * 60 * 1000)
      const times = { createdAt: at, updatedAt: at }
      await db()
        .insert(authUser)
        .values({ id, name: 'Ada', email: `${id}@example.com`, emailVerified, ...times })
      const login = { id: randomUUID(), userId: id, providerId: 'credential', accountId: id }
      await db()
        .insert(authAccount)
        .values({ ...login, password: 'hash', ...times })
    }
    while ((await deleteUnverifiedUsers(db(), 1)) > 0);
    const users = new Set((await db().select().from(authUser)).map(({ id }) => id))
    expect(ids.filter((id) => users.has(id))).toEqual(ids.slice(1))
    const logins = new Set((await db().select().from(authAccount)).map(({ userId }) => userId))
    expect(ids.filter((id) => logins.has(id))).toEqual(ids.slice(1))
  })
})
