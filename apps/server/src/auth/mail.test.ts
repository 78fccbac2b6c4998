import { expect, test } from 'vitest'
import { startTestServer } from '../testing/start-test-server.ts'
import { ACCOUNTS, errorOf, linksTo, person, SESSION_ENDED, signUp, who } from './testing/person.ts'

test('an address is confirmed by a link, which signs no one in and hands nothing over', async () => {
  await using server = await startTestServer(ACCOUNTS)
  const client = await server.client()
  const ada = person()
  expect((await client.auth('sign-up/email', ada)).body.token).toBeNull()
  expect((await client.auth('sign-in/email', ada)).body.code).toBe('EMAIL_NOT_VERIFIED')
  // Which has mailed another link.
  const [mail] = await linksTo(server, ada, 2)
  expect(mail).toMatchObject({ subject: 'Confirm your e-mail address', path: '/#verify' })

  const reader = await server.client()
  await server.start(reader, 'what the reader of the mail has [[sim tokens=5]]')
  const before = reader.cookie
  const confirmed = await reader.get(`/api/auth/verify-email?token=${mail?.token}`)
  expect([confirmed.status, confirmed.headers.getSetCookie()]).toEqual([200, []])
  expect(await who(reader)).toEqual({ github: false })
  expect(reader.cookie).toBe(before)
  expect((await client.auth('sign-in/email', ada)).status).toBe(200)
  const { conversations } = (await client.query('conversations.list')).body.result.data
  expect(conversations).toEqual([])
})

test('an address that has an account answers a sign-up, and a forgotten password, like one that has none, in the same time', async () => {
  await using server = await startTestServer(ACCOUNTS)
  const client = await server.client()
  const ada = await signUp(server, client)
  const shapes = new Set<string>()
  for (const email of [ada.email, 'nobody@example.com']) {
    for (const [path, body] of [
      ['sign-up/email', { ...person(), email }],
      ['request-password-reset', { email }],
    ] as const) {
      const begun = performance.now()
      const answer = await client.auth(path, body)
      expect(performance.now() - begun).toBeGreaterThanOrEqual(299)
      const same = { ...answer.body, user: answer.body.user && Object.keys(answer.body.user).toSorted() }
      shapes.add(JSON.stringify([path, answer.status, same]))
    }
  }
  expect(shapes.size).toBe(2)
  const mails = await linksTo(server, ada, 3)
  expect(mails.map(({ subject }) => subject)).toEqual([
    'Confirm your e-mail address',
    'You have an account already',
    'Choose a new password',
  ])
  // The password is still the one that its owner has chosen.
  expect((await client.auth('sign-in/email', ada)).status).toBe(200)
})

test('a forgotten password is replaced once, which signs out every browser', async () => {
  await using server = await startTestServer(ACCOUNTS)
  const [client, other] = [await server.client(), await server.client()]
  const ada = await signUp(server, client)
  await other.auth('request-password-reset', ada)
  const { path, token } = (await linksTo(server, ada, 2))[1] ?? {}
  expect(path).toBe('/#reset')
  const newPassword = 'another horse'
  expect((await other.auth('reset-password', { token, newPassword: 'short' })).status).toBe(400)
  expect((await other.auth('reset-password', { token, newPassword })).status).toBe(200)
  expect((await other.auth('reset-password', { token, newPassword })).status).toBe(400)
  expect(errorOf(await client.query('models.list'))).toMatchObject(SESSION_ENDED)
  expect((await other.auth('sign-in/email', ada)).status).toBe(401)
  expect((await other.auth('sign-in/email', { ...ada, password: newPassword })).status).toBe(200)
})

test('without a mail server no link is logged, unless it leads to this machine', async () => {
  await using server = await startTestServer({ ...ACCOUNTS, PUBLIC_URL: 'https://chat.example.com' })
  const client = await server.client()
  const ada = person()
  expect((await client.auth('sign-up/email', ada)).status).toBe(200)
  const lines = JSON.stringify(server.logs)
  expect(lines).toContain('no mail was sent')
  expect(lines).not.toMatch(`${ada.email}|verify=`)
})
