import { expect, test } from 'vitest'
import { GITHUB, startGitHub } from './testing/start-github.ts'
import { startTestServer } from '../testing/start-test-server.ts'
import { WireClient } from '../testing/wire-client.ts'
import { ACCOUNTS, createAccount, signUp, who } from './testing/person.ts'

const ENV = { ...ACCOUNTS, ...GITHUB }

/** Goes to GitHub as a browser does. Resolves to where GitHub sends it back to. */
async function visitGitHub(client: WireClient, gitHubUrl: string): Promise<string> {
  const paths = { callbackURL: '/chat', errorCallbackURL: '/' }
  const { body } = await client.auth('sign-in/social', { provider: 'github', ...paths })
  const { pathname, search, origin } = new URL(body.url)
  expect(origin).toBe('https://github.com')
  const response = await fetch(gitHubUrl + pathname + search, { redirect: 'manual' })
  const back = new URL(response.headers.get('location') ?? '')
  expect(back.origin).toBe(ENV.PUBLIC_URL)
  return back.pathname + back.search
}

/** Comes back, as a navigation from another site. Resolves to where that leads. */
async function comeBack(client: WireClient, path: string): Promise<string | null> {
  const response = await client.get(path, { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })
  expect(response.status).toBe(302)
  return response.headers.get('location')
}

test('GitHub signs a person in, who is the same the next time, and keeps what the guest had', async () => {
  await using gitHub = await startGitHub()
  await using server = await startTestServer(ENV)
  const client = await server.client()
  expect(await who(client)).toEqual({ github: true })
  await server.start(client, 'asked as a guest [[sim tokens=5]]')
  expect(await comeBack(client, await visitGitHub(client, gitHub.url))).toBe('/chat')
  expect(await who(client)).toMatchObject({ email: gitHub.user.email })

  const later = await server.client()
  await comeBack(later, await visitGitHub(later, gitHub.url))
  const list = async (one: WireClient) => (await one.query('conversations.list')).body
  expect(await list(later)).toEqual(await list(client))
  expect((await list(later)).result.data.conversations).toHaveLength(1)

  gitHub.user = { ...gitHub.user, id: 2, email: 'bob@github.example' }
  const bob = await server.client()
  await comeBack(bob, await visitGitHub(bob, gitHub.url))
  expect((await list(bob)).result.data.conversations).toEqual([])
})

test.each([
  ['confirmed here', signUp],
  [
    'confirmed nowhere',
    async (_server: unknown, client: WireClient) => {
      const ada = {
        name: 'Ada',
        email: `unconfirmed-${crypto.randomUUID()}@example.com`,
        password: 'correct horse',
      }
      await client.auth('sign-up/email', ada)
      return ada
    },
  ],
] as const)('GitHub does not open an account that has a password, whose address is %s', async (_, create) => {
  await using gitHub = await startGitHub()
  await using server = await startTestServer(ENV)
  const { email } = await create(server, await server.client())
  gitHub.user = { ...gitHub.user, id: Math.floor(Math.random() * 1e9), email }
  const client = await server.client()
  expect(await comeBack(client, await visitGitHub(client, gitHub.url))).toContain('error=account_not_linked')
  expect(await who(client)).toEqual({ github: true })
})

test('GitHub signs no one in whose address it has not verified, and no account is made of it', async () => {
  await using gitHub = await startGitHub()
  await using server = await startTestServer(ENV)
  gitHub.user = { id: 4, login: 'eve', email: `${crypto.randomUUID()}@example.com`, verified: false }
  const client = await server.client()
  const error = await comeBack(client, await visitGitHub(client, gitHub.url))
  expect(error).toContain('error=email_not_verified')
  expect(await who(client)).toEqual({ github: true })
  // Its owner may still have it.
  const { email } = gitHub.user
  await createAccount(server, client, { name: 'Ada', email, password: 'correct horse' })
})

test('a return from GitHub counts only in the browser that was sent there, and once', async () => {
  await using gitHub = await startGitHub()
  await using server = await startTestServer(ENV)
  const [attacker, victim] = [await server.client(), await server.client()]
  const path = await visitGitHub(attacker, gitHub.url)
  expect(await comeBack(victim, path)).toMatch(/error=state/)
  expect(await comeBack(attacker, path)).toBe('/chat')
  expect(await comeBack(new WireClient(server.url, { cookie: victim.cookie }), path)).toMatch(/error=/)
  expect(await who(victim)).toEqual({ github: true })
  const wrong = await visitGitHub(victim, gitHub.url)
  expect(await comeBack(victim, wrong.replace(/state=[^&]+/, 'state=made-up'))).toMatch(/error=/)
  expect(await who(victim)).toEqual({ github: true })
  const social = { provider: 'github', callbackURL: 'https://evil.example' }
  expect((await victim.auth('sign-in/social', social)).status).toBe(403)
})
