import { randomUUID } from 'node:crypto'
import { type Clock, systemClock } from '@sluice/runs'
import type { TestServer } from '../../testing/start-test-server.ts'
import { until } from '../../testing/until.ts'
import type { Answer, WireClient } from '../../testing/wire-client.ts'

/** Mails to the users of such a server are in its log. */
export const ACCOUNTS = { ACCOUNTS: '1', PUBLIC_URL: 'http://localhost:3000' } as const
export const PASSWORD = 'correct horse'

export interface Person {
  readonly name: string
  readonly email: string
  readonly password: string
}

/** Somebody who has no account yet. */
export const person = (): Person => ({
  name: 'Ada',
  email: `${randomUUID()}@example.com`,
  password: PASSWORD,
})

/** The links that were mailed to an address, once there are so many. */
export async function linksTo(
  { logs }: Pick<TestServer, 'logs'>,
  { email }: Pick<Person, 'email'>,
  count = 1,
): Promise<{ subject: string; path: string; token: string }[]> {
  await until(() => mailsTo(logs, email).length >= count)
  return mailsTo(logs, email).map(({ subject, link }) => {
    const { pathname, hash } = new URL(String(link))
    const [path = '', token = ''] = hash.split('=')
    return { subject: String(subject), path: pathname + path, token }
  })
}

function mailsTo(logs: TestServer['logs'], email: string) {
  return logs.filter(({ msg, to }) => msg === 'a mail would be sent' && to === email)
}

/** Creates an account, and confirms its address. */
export async function createAccount(server: TestServer, client: WireClient, ada = person()): Promise<Person> {
  const before = mailsTo(server.logs, ada.email).length
  const { status } = await client.auth('sign-up/email', ada)
  if (status !== 200) throw new Error(`sign-up: ${status}`)
  const mail = (await linksTo(server, ada, before + 1)).at(-1)
  const confirmed = await client.get(`/api/auth/verify-email?token=${mail?.token}`)
  if (!confirmed.ok) throw new Error(`verify-email: ${confirmed.status}`)
  return ada
}

/** Creates an account, confirms its address and signs in. */
export async function signUp(server: TestServer, client: WireClient, ada = person()): Promise<Person> {
  await createAccount(server, client, ada)
  const { status } = await client.auth('sign-in/email', ada)
  if (status !== 200) throw new Error(`sign-in: ${status}`)
  return ada
}

/** What the page is told of accounts. */
export async function who(client: WireClient): Promise<unknown> {
  return (await client.query('models.list')).body.result?.data.accounts
}

export function errorOf({ status, body }: Answer): object {
  return { status, ...body.error?.data }
}

/** Of every call, once the session of its cookie has ended. */
export const SESSION_ENDED = { status: 401, code: 'UNAUTHORIZED', sessionEnded: true }

/** The system's clock, but whatever waits for a minute waits for `pass`. */
export function withMinutes(): Clock & { pass(): void } {
  const minutes = new Set<() => void>()
  return {
    now: () => systemClock.now(),
    after(ms, callback) {
      if (ms !== 60_000) return systemClock.after(ms, callback)
      minutes.add(callback)
      return () => minutes.delete(callback)
    },
    pass() {
      const due = [...minutes]
      minutes.clear()
      for (const callback of due) callback()
    },
  }
}
