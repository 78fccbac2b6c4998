import { EventSource } from 'eventsource'
import { vi } from 'vitest'

/**
 * Makes this process look like a browser to the page's own client: `fetch` and `EventSource` for a page of
 * `origin`, with one session. Every request has a connection of its own, so that each gets a fault of its own.
 */
export function becomeBrowser(origin: string, session: string): void {
  const realFetch = globalThis.fetch
  const asPage = (headers: HeadersInit | undefined) => ({
    ...Object.fromEntries(new Headers(headers)),
    cookie: session,
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
  if (cookie === undefined) throw new Error('the server gave no session')
  return cookie
}
