import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { ACCEPT_ENCODING } from './decoded.ts'
import { RunReader } from './run-reader.ts'
import type { WebClient, WebRequest } from './web-client.ts'

export interface CallAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** tRPC's `result.data`; undefined for an error, or a response that is not tRPC's. */
  readonly data: unknown
  /** tRPC's error; undefined without one. */
  readonly error: { message: string; code: string } | undefined
}

/** Calls Sluice as the page does, with one session, over any {@link WebClient}. */
export class SluiceClient {
  readonly #web: WebClient
  readonly #base: string
  #cookie: string | undefined

  /** `cookie`: an existing session. Default: a new one. */
  constructor(web: WebClient, url: URL, cookie?: string) {
    this.#web = web
    this.#cookie = cookie
    this.#base = `${url.pathname.replace(/\/$/, '')}/trpc`
  }

  get cookie(): string | undefined {
    return this.#cookie
  }

  query(path: string): Promise<CallAnswer> {
    return this.#call({ path: `${this.#base}/${path}` })
  }

  mutate(path: string, input: unknown): Promise<CallAnswer> {
    return this.#call({ method: 'POST', path: `${this.#base}/${path}`, body: JSON.stringify(input) })
  }

  /** Starts a run and resolves to its id. @throws when it is refused. */
  async start(prompt: string, options: { maxTokens?: number; model?: string } = {}): Promise<string> {
    const runId = randomUUID()
    const question = { conversationId: randomUUID(), runId, parentId: null, content: prompt, ...options }
    const { status, error, text } = await this.mutate('chat.send', question)
    if (status !== 200)
      throw new Error(`chat.send was answered with ${status}: ${error?.message ?? text.slice(0, 200)}`)
    return runId
  }

  stop(runId: string): Promise<CallAnswer> {
    return this.mutate('runs.stop', { runId })
  }

  /** Follows a run from a position, as a reconnecting EventSource does. */
  read(runId: string, { after = 0, readerId }: { after?: number; readerId?: string } = {}): RunReader {
    const input = encodeURIComponent(JSON.stringify({ runId, ...(readerId && { readerId }) }))
    const exchange = this.#web.send({
      path: `${this.#base}/runs.events?input=${input}`,
      headers: {
        ...this.#headers(),
        accept: 'text/event-stream',
        ...(after > 0 && { 'last-event-id': String(after) }),
      },
    })
    return new RunReader(exchange, { after })
  }

  async #call(request: WebRequest): Promise<CallAnswer> {
    const { response } = this.#web.send({ ...request, headers: this.#headers() })
    const { status, headers, body } = await response
    let text = ''
    for await (const chunk of body.setEncoding('utf8') as AsyncIterable<string>) text += chunk
    const session = headers['set-cookie']?.find((cookie) => cookie.startsWith('sluice_session='))
    if (session) this.#cookie = session.split(';', 1)[0]
    return { status, headers, text, ...trpcAnswer(text) }
  }

  #headers(): Record<string, string> {
    return {
      'accept-encoding': ACCEPT_ENCODING,
      'content-type': 'application/json',
      ...(this.#cookie && { cookie: this.#cookie }),
    }
  }
}

function trpcAnswer(text: string): Pick<CallAnswer, 'data' | 'error'> {
  try {
    const { result, error } = JSON.parse(text) as {
      result?: { data?: unknown }
      error?: { message: string; data: { code: string } }
    }
    return {
      data: result?.data,
      error: error && { message: error.message, code: error.data.code },
    }
  } catch {
    // A proxy's page. The caller has the status and the text.
    return { data: undefined, error: undefined }
  }
}
