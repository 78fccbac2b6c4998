import { EventSource } from 'eventsource'
import { vi } from 'vitest'

/**
 * Gives this process what the page's client expects of a browser: `fetch` and `EventSource` for a page of `origin`, with
 * one session, or the one that `session` returns. Every request has its own connection, so that each gets its own fault.
 */
export function becomeBrowser(origin: string, session: string | (() => string)): void {
  const realFetch = globalThis.fetch
  const asPage = (headers: HeadersInit | undefined) => ({
    ...Object.fromEntries(new Headers(headers)),
    cookie: typeof session === 'string' ? session : session(),
    connection: 'close',
  })
  const pageFetch: typeof fetch = (input, init) =>
    typeof input === 'string' && input.startsWith('/')
      ? realFetch(`${origin}${input}`, { ...init, headers: asPage(init?.headers) })
      : realFetch(input, init)

  class PageEventSource extends EventSource {
    constructor(url: string) {
      super(`${origin}${url}`, {
        fetch: (target, init) => realFetch(target, { ...init, headers: asPage(init.headers) }),
      })
    }
  }

  vi.stubGlobal('fetch', pageFetch)
  vi.stubGlobal('EventSource', PageEventSource)
}

/** Opens a session and returns it as a `Cookie` request header. */
export async function newSession(serverUrl: string): Promise<string> {
  const response = await fetch(`${serverUrl}/trpc/models.list`)
  await response.arrayBuffer()
  const cookie = response.headers.getSetCookie()[0]?.split(';', 1)[0]
  if (cookie === undefined) throw new Error('the server set no session cookie')
  return cookie
}
