import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface GitHub extends AsyncDisposable {
  /** Where browsers that are sent to https://github.com have to go instead. */
  readonly url: string
  /** Who is signed in there. */
  user: { id: number; login: string; email: string; verified: boolean }
}

/** A stand-in for GitHub: it lets every app sign its user in. This process finds it at the addresses of the real one. */
export async function startGitHub(): Promise<GitHub> {
  const codes = new Set<string>()
  const tokens = new Set<string>()
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
    const json = (body: unknown) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    const refuse = () => response.writeHead(401).end('{}')
    const token = request.headers.authorization?.replace('Bearer ', '') ?? ''
    const { id, login, email, verified } = github.user
    if (pathname === '/login/oauth/authorize') {
      const back = new URL(searchParams.get('redirect_uri') ?? '')
      const code = crypto.randomUUID()
      codes.add(code)
      back.searchParams.set('code', code)
      back.searchParams.set('state', searchParams.get('state') ?? '')
      response.writeHead(302, { location: back.href }).end()
    } else if (pathname === '/login/oauth/access_token') {
      const body = new URLSearchParams(await text(request))
      if (
        !codes.delete(body.get('code') ?? '') ||
        body.get('client_secret') !== GITHUB.GITHUB_CLIENT_SECRET
      ) {
        refuse()
        return
      }
      const issued = crypto.randomUUID()
      tokens.add(issued)
      json({ access_token: issued, token_type: 'bearer', scope: 'read:user,user:email' })
    } else if (!tokens.has(token)) refuse()
    else if (pathname === '/user') json({ id, login, name: login, email: null, avatar_url: '' })
    else if (pathname === '/user/emails') json([{ email, primary: true, verified }])
    else response.writeHead(404).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { fetch } = globalThis
  globalThis.fetch = (input, init) => {
    const to = new URL(input instanceof Request ? input.url : input)
    return /^(api\.)?github\.com$/.test(to.host)
      ? fetch(url + to.pathname + to.search, init)
      : fetch(input, init)
  }
  const github: GitHub = {
    url,
    user: { id: 1, login: 'ada', email: 'ada@github.example', verified: true },
    async [Symbol.asyncDispose]() {
      globalThis.fetch = fetch
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return github
}

/** What a server needs for it. */
export const GITHUB = { GITHUB_CLIENT_ID: 'an app of the tests', GITHUB_CLIENT_SECRET: 'its secret' } as const
