import type { AppRouter } from '@sluice/server'
import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink, type TRPCClient } from '@trpc/client'
import { EventSource } from 'eventsource'

/** A page in Node: a session, and a client of the server. */
export interface Page {
  readonly client: TRPCClient<AppRouter>
  /** The session, for another page of the same person. */
  readonly cookie: string
  /** Bytes of event streams so far. */
  readonly received: () => number
  /** Cuts all event streams. */
  readonly drop: () => void
}

export async function openPage(serverUrl: string, known?: string): Promise<Page> {
  const cookie = known ?? (await newSession(serverUrl))
  const streams = new Set<TransformStreamDefaultController>()
  let received = 0

  /** An event stream whose bytes are counted, and that can be cut. */
  const open: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers)
    headers.set('cookie', cookie)
    const response = await fetch(input, { ...init, headers })
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      start: (controller) => void streams.add(controller),
      transform(bytes, controller) {
        received += bytes.length
        controller.enqueue(bytes)
      },
    })
    return new Response(response.body?.pipeThrough(counted), {
      status: response.status,
      headers: response.headers,
    })
  }

  class PageEventSource extends EventSource {
    constructor(url: string) {
      super(url, { fetch: open })
    }
  }

  const url = `${serverUrl}/trpc`
  const client = createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: httpSubscriptionLink({ url, EventSource: PageEventSource }),
        false: httpLink({ url, headers: { cookie } }),
      }),
    ],
  })
  return {
    client,
    cookie,
    received: () => received,
    drop() {
      for (const stream of streams) stream.error(new TypeError('network error'))
      streams.clear()
    },
  }
}

async function newSession(serverUrl: string): Promise<string> {
  const response = await fetch(`${serverUrl}/trpc/models.list`)
  await response.arrayBuffer()
  const cookie = response.headers.getSetCookie()[0]?.split(';', 1)[0]
  if (cookie === undefined) throw new Error('the server set no session cookie')
  return cookie
}
