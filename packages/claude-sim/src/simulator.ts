import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { ApiError, errorBody } from './api-error.ts'
import { type Behaviour, parseControl, resolveBehaviour } from './behaviour.ts'
import { readBody, sendJson } from './http-io.ts'
import { Ledger, type RequestRecord, type SimulatorStats } from './ledger.ts'
import { newId } from './message.ts'
import { answerMessages, type MessagesContext } from './messages-endpoint.ts'
import { parseCountBody } from './messages-body.ts'
import { countPromptTokens, PromptCache } from './prompt-cache.ts'
import { RateLimits } from './rate-limits.ts'
import { readSampleAnswers } from './sample-answers.ts'

export interface SimulatorOptions {
  /** Default 0: any free port. */
  port?: number
  /** Default 127.0.0.1. */
  host?: string
  /** Used where a request says nothing. Default: 60 tokens per second, the first after 600 ms. */
  defaults?: Partial<Behaviour>
}

export interface Simulator {
  /** `http://127.0.0.1:…`, for the client's `baseURL`. */
  readonly url: string
  /** A snapshot. */
  stats(): SimulatorStats
  /** Resolves at the first change that satisfies the predicate, at once if it holds; never polls. */
  waitFor(predicate: (stats: SimulatorStats) => boolean, signal?: AbortSignal): Promise<SimulatorStats>
  /** Forgets records, cached prompts and met faults. Requests under way go on, unrecorded. */
  reset(): void
  /** Destroys open sockets too. */
  close(): Promise<void>
}

/** Rejects with the `listen` error (`EADDRINUSE`, …) or, for impossible defaults, an `ApiError`. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const context: MessagesContext = {
    ledger: new Ledger(),
    cache: new PromptCache(),
    limits: new RateLimits(),
    answers: readSampleAnswers(),
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
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve)
  })

  return {
    url: urlOf(server),
    stats: () => context.ledger.stats(),
    waitFor: (predicate, signal) => context.ledger.waitFor(predicate, signal),
    reset: () => reset(context),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function urlOf(server: Server): string {
  const address = server.address()
  if (address === null || typeof address === 'string')
    throw new Error('The simulator is not listening on TCP')
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `http://${host}:${address.port}`
}

function checkDefaults(defaults: Partial<Behaviour>): Partial<Behaviour> {
  const checked: Partial<Behaviour> = {}
  for (const [key, value] of Object.entries(defaults)) {
    if (value !== undefined) Object.assign(checked, parseControl(key, value, 'defaults'))
  }
  resolveBehaviour([checked])
  return checked
}

function reset({ ledger, cache, faultsMet }: MessagesContext): void {
  ledger.reset()
  cache.clear()
  faultsMet.clear()
}

async function serve(
  context: MessagesContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const id = newId('req_011C')
  const endpoint = `${request.method ?? ''} ${request.url?.replace(/\?.*$/, '') ?? ''}`
  const record = openRecord(context.ledger, id, endpoint)
  const end = (outcome: 'completed' | 'aborted' | 'faulted') => record && context.ledger.end(record, outcome)
  response.once('close', () => end('aborted'))
  response.setHeader('request-id', id)
  for (const [name, value] of Object.entries(context.limits.headers())) response.setHeader(name, value)
  try {
    await route(context, { endpoint, request, response, record })
  } catch (cause) {
    if (response.headersSent || response.destroyed) return
    const error = cause instanceof ApiError ? cause : new ApiError(500, String(cause))
    const body = errorBody(error.type, error.message, id)
    const bytes = sendJson(response, error.status, body, error.headers)
    if (record === undefined) return
    context.ledger.describe(record, { status: error.status })
    context.ledger.served(record, { bytes, tokens: 0, text: '', thinking: '' })
    end(error.simulated ? 'faulted' : 'completed')
  }
}

function openRecord(ledger: Ledger, id: string, endpoint: string): RequestRecord | undefined {
  if (endpoint === 'POST /v1/messages') return ledger.open(id, 'messages')
  return endpoint === 'POST /v1/messages/count_tokens' ? ledger.open(id, 'count_tokens') : undefined
}

interface Routed {
  endpoint: string
  request: IncomingMessage
  response: ServerResponse
  record: RequestRecord | undefined
}

async function route(
  context: MessagesContext,
  { endpoint, request, response, record }: Routed,
): Promise<void> {
  const { ledger } = context
  if (endpoint === 'GET /_stats') {
    sendJson(response, 200, ledger.stats())
    return
  }
  if (endpoint === 'POST /_reset') {
    reset(context)
    sendJson(response, 200, { ok: true })
    return
  }
  requireKey(request)
  if (record === undefined) throw new ApiError(404, 'Not Found')
  if (record.endpoint === 'messages') {
    await answerMessages(context, { request, response, record })
    return
  }
  const body = parseCountBody(await readBody(request))
  ledger.describe(record, { model: body.model, status: 200 })
  const bytes = sendJson(response, 200, { input_tokens: countPromptTokens(body) })
  ledger.served(record, { bytes, tokens: 0, text: '', thinking: '' })
  ledger.end(record, 'completed')
}

function requireKey({ headers }: IncomingMessage): void {
  const bearer = /^Bearer\s+\S/i.test(headers.authorization ?? '')
  if (bearer || String(headers['x-api-key'] ?? '').trim() !== '') return
  throw new ApiError(401, 'x-api-key header is required')
}
