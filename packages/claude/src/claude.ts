import type { Readable } from 'node:stream'
import Anthropic from '@anthropic-ai/sdk'
import type { ErrorCode, RunEvent, Source } from '@sluice/events'
import { Answer } from './answer.ts'
import { ClaudeError, errorCodeOf, errorEvent } from './claude-error.ts'
import { type ClaudeRequest, promptChars, toMessageParams } from './claude-request.ts'
import { createSseReader } from './sse-reader.ts'
import { createUpstreamFetch, type UpstreamFetch } from './upstream-fetch.ts'
import { watchdog } from './watchdog.ts'

export interface ClaudeOptions {
  readonly apiKey: string
  /** Default: Anthropic's. */
  readonly baseUrl?: string | undefined
  /** How long Claude may be silent, in ms: before its headers (retries included), and between two events. */
  readonly idleMs: number
  /** A `retry-after` longer than this, in ms, is not waited for: the reader is told instead, and can decide. */
  readonly maxRetryAfterMs: number
  /** Told of every answer that failed, for the log. Holds neither key nor body. */
  readonly onFailure?: (failure: ClaudeFailure) => void
}

export interface ClaudeFailure {
  readonly runId: string
  readonly code: ErrorCode
  /** Anthropic's name for the request, to quote to their support. */
  readonly requestId: string | undefined
  readonly status: number | undefined
  /** The kind of error, and for our own its text. */
  readonly reason: string
}

export interface Claude {
  /** A source of the answer: exactly one call to Claude, made when it is first pulled. */
  ask(request: ClaudeRequest): Source
}

/** Talks to the Messages API. The only place that knows the SDK. */
export function createClaude(options: ClaudeOptions): Claude {
  const { apiKey, baseUrl, idleMs } = options
  // Key and address are passed, never left to the SDK to find in the environment. `timeout` only ends the
  // wait for headers, and would be retried; the watchdog below ends it for good.
  const client = new Anthropic({
    apiKey,
    baseURL: baseUrl ?? ANTHROPIC_URL,
    timeout: idleMs * 2,
    logLevel: 'off',
  })
  const upstream = createUpstreamFetch()
  return { ask: (request) => (run) => ask({ client, upstream }, options, request, run) }
}

const ANTHROPIC_URL = 'https://api.anthropic.com'

/** ms. How long the body of a complete answer may take to end, which is one more chunk without content. */
const END_MS = 1000

async function* ask(
  { client, upstream }: { client: Anthropic; upstream: UpstreamFetch },
  { idleMs, maxRetryAfterMs, onFailure }: ClaudeOptions,
  request: ClaudeRequest,
  { runId, signal }: { runId: string; signal: AbortSignal },
): AsyncGenerator<RunEvent[], void, undefined> {
  const answer = new Answer({ model: request.model, promptChars: promptChars(request) })
  const call = new AbortController()
  const idle = watchdog(() => call.abort(new ClaudeError('upstream_timeout', `silent for ${idleMs} ms`)))
  const hangUp = () => call.abort()
  signal.addEventListener('abort', hangUp, { once: true })
  if (signal.aborted) hangUp()
  let response: Response | undefined
  let complete: Readable | undefined
  try {
    idle.arm(idleMs)
    response = await client
      .withOptions({ fetch: onlySafeRetries(upstream.fetch, call, maxRetryAfterMs) })
      .messages.create(toMessageParams(request), { signal: call.signal })
      .asResponse()
    const body = eventStreamOf(response, upstream)
    const reader = createSseReader(body)
    for (;;) {
      idle.arm(idleMs)
      const messages = await reader.read()
      idle.disarm()
      if (messages === undefined) break
      const { events, failure } = answer.take(messages)
      if (events.at(-1)?.type === 'done') complete = body
      if (events.length > 0) yield events
      if (failure !== undefined) throw failure
      if (complete !== undefined) return
    }
    throw new ClaudeError('upstream_interrupted', 'the stream ended before message_stop')
  } catch (error) {
    // What Claude has said of the end holds, whatever then became of the connection.
    const end = answer.end() ?? (signal.aborted ? answer.stopped() : undefined)
    if (end !== undefined && !(end instanceof ClaudeError)) {
      yield [end]
      return
    }
    const cause: unknown = end ?? (call.signal.aborted ? call.signal.reason : error)
    const code = errorCodeOf(cause)
    onFailure?.({ runId, code, ...detailsOf(cause, response) })
    yield [errorEvent(code, answer.spent() ?? {})]
  } finally {
    idle.stop()
    signal.removeEventListener('abort', hangUp)
    // Whatever is still open closes now, and not when the garbage collector finds it.
    if (complete === undefined) call.abort()
    else readToEnd(complete, call)
  }
}

/** Only a connection whose answer was read to its end is used again, and saves the next one its handshakes. */
function readToEnd(body: Readable, call: AbortController): void {
  const hangUp = setTimeout(() => call.abort(), END_MS).unref()
  // A body with a `readable` listener would not flow.
  body
    .removeAllListeners('readable')
    .once('close', () => clearTimeout(hangUp))
    .resume()
}

/** Claude did not accept the request. Any other error may be a gateway's, about a request that Claude answers. */
const NOT_ACCEPTED: ReadonlySet<number> = new Set([429, 503, 529])

/**
 * Lets the SDK retry only what was surely not accepted. After any other error status, or a lost connection, the
 * request may have reached Claude, and a second one would be a second bill.
 */
function onlySafeRetries(
  fetch: UpstreamFetch['fetch'],
  call: AbortController,
  maxRetryAfterMs: number,
): typeof fetch {
  return async (input, init) => {
    try {
      const response = await fetch(input, init)
      const { ok, status, headers } = response
      const retry = NOT_ACCEPTED.has(status) && retryAfterMs(headers) <= maxRetryAfterMs
      return ok || retry ? response : withoutRetry(response)
    } catch (error) {
      call.abort(
        new ClaudeError('upstream_interrupted', 'the connection was lost before an answer', { cause: error }),
      )
      throw error
    }
  }
}

/** The SDK retries 408, 409 and every 5xx, obeys `x-should-retry`, and a `retry-after` of up to 24.8 days. */
function withoutRetry(response: Response): Response {
  const headers = new Headers(response.headers)
  headers.set('x-should-retry', 'false')
  return new Response(response.body, { status: response.status, headers })
}

/** In each of the forms that the SDK obeys, and in its order: milliseconds, seconds, a date. 0 when none says so. */
function retryAfterMs(headers: Headers): number {
  const exact = Number.parseFloat(headers.get('retry-after-ms') ?? '')
  if (exact) return exact
  const rough = headers.get('retry-after') ?? ''
  const seconds = Number.parseFloat(rough)
  const ms = Number.isNaN(seconds) ? Date.parse(rough) - Date.now() : seconds * 1000
  return Number.isNaN(ms) ? 0 : ms
}

function eventStreamOf(response: Response, { bodyOf }: UpstreamFetch): Readable {
  const type = response.headers.get('content-type') ?? 'nothing'
  const body = bodyOf(response)
  if (!body || !type.startsWith('text/event-stream')) {
    throw new ClaudeError('upstream_interrupted', `the answer is ${type}, not an event stream`)
  }
  return body
}

function detailsOf(error: unknown, response: Response | undefined): Omit<ClaudeFailure, 'runId' | 'code'> {
  const api = error instanceof Anthropic.APIError ? error : undefined
  return {
    requestId: api?.requestID ?? response?.headers.get('request-id') ?? undefined,
    status: api?.status ?? response?.status,
    reason: reasonOf(error),
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof ClaudeError) return error.message
  if (!(error instanceof Error)) return typeof error
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
