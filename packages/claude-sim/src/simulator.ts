import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { ApiError, errorBody } from './api-error.ts'
import { type Behaviour, parseSetting, resolveBehaviour } from './behaviour.ts'
import { Ledger, type SimulatorStats } from './ledger.ts'
import { newId } from './message.ts'
import { answerMessages, type MessagesContext } from './messages-endpoint.ts'
import { PromptCache } from './prompt-cache.ts'
import { readSamples } from './sample-answers.ts'
import { sendBody } from './send-body.ts'

export interface SimulatorOptions {
  /** Default 0: any free port. */
  port?: number
  /** Used where a request says nothing. Default: 60 tokens per second, the first after 600 ms. */
  defaults?: Partial<Behaviour>
}

export interface Simulator {
  /** `http://127.0.0.1:…`, for the client's `baseURL`. */
  readonly url: string
  /** A snapshot. */
  stats(): SimulatorStats
  /** Resolves after the first change that satisfies the predicate, at once if it holds; never polls. */
  waitFor(predicate: (stats: SimulatorStats) => boolean, signal?: AbortSignal): Promise<SimulatorStats>
  /** Forgets records, cached prompts and met faults. Requests under way go on, unrecorded. */
  reset(): void
  /** Destroys open sockets too. */
  close(): Promise<void>
}

const HOST = '127.0.0.1'

/** Rejects with the `listen` error (`EADDRINUSE`, …) or, for impossible defaults, an `ApiError`. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const context: MessagesContext = {
    ledger: new Ledger(),
    cache: new PromptCache(),
    samples: readSamples(),
    defaults: checkDefaults(options.defaults ?? {}),
    faultsMet: new Map(),
  }
  const server = createServer((request, response) => {
    void serve(context, request, response)
  })
  // Clients keep idle sockets; closing first would race with their next request.
  server.keepAliveTimeout = 120_000

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, HOST, resolve)
  })

  const address = server.address()
  return {
    url: `http://${HOST}:${typeof address === 'object' ? address?.port : ''}`,
    stats: () => context.ledger.stats(),
    waitFor: (predicate, signal) => context.ledger.waitFor(predicate, signal),
    reset() {
      context.ledger.reset()
      context.cache.clear()
      context.faultsMet.clear()
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function checkDefaults(defaults: Partial<Behaviour>): Partial<Behaviour> {
  const checked: Partial<Behaviour> = {}
  for (const [key, value] of Object.entries(defaults)) {
    if (value !== undefined) Object.assign(checked, parseSetting(key, value, 'defaults'))
  }
  resolveBehaviour([checked])
  return checked
}

async function serve(context: MessagesContext, request: IncomingMessage, response: ServerResponse) {
  const { ledger } = context
  const id = newId('req_011C')
  const isMessages = request.method === 'POST' && /^\/v1\/messages(?:\?|$)/.test(request.url ?? '')
  const record = isMessages ? ledger.open(id) : undefined
  const gone = new AbortController()
  response.once('close', () => {
    gone.abort()
    if (record !== undefined) ledger.end(record, 'aborted')
  })
  response.setHeader('request-id', id)
  try {
    requireKey(request)
    if (record === undefined) throw new ApiError(404, 'Not Found')
    const raw = await text(request)
    const header = String(request.headers['x-sim'] ?? '')
    await answerMessages(context, { raw, header, response, record, signal: gone.signal })
  } catch (cause) {
    if (response.headersSent || response.destroyed) {
      response.destroy()
      return
    }
    const error = cause instanceof ApiError ? cause : new ApiError(500, String(cause))
    const { status, headers, simulated } = error
    const body = JSON.stringify(errorBody(error.type, error.message, id))
    const bytes = sendBody(response, status, { type: 'application/json', body, headers })
    if (record === undefined) return
    ledger.describe(record, { status })
    ledger.served(record, { bytes })
    ledger.end(record, simulated ? 'faulted' : 'completed')
  }
}

function requireKey({ headers }: IncomingMessage): void {
  const bearer = /^Bearer\s+\S/i.test(headers.authorization ?? '')
  if (bearer || String(headers['x-api-key'] ?? '').trim() !== '') return
  throw new ApiError(401, 'x-api-key header is required')
}
