import type { Readable } from 'node:stream'
import Anthropic from '@anthropic-ai/sdk'
import type { RunEvent, SourceRun, TerminalEvent } from '@sluice/events'
import { Answer, type AnswerOptions, asksForMore, type ClaudeStep } from './answer.ts'
import type { ByteLimit } from './byte-limit.ts'
import { ClaudeError, errorCodeOf, errorEvent } from './claude-error.ts'
import type { AskOptions, ClaudeFailure, ClaudeOptions } from './claude-options.ts'
import { type ClaudeRequest, promptChars, toMessageParams } from './claude-request.ts'
import { filesOf, sizeOf, withFileBytes } from './file-block.ts'
import { onlySafeRetries } from './safe-retries.ts'
import { createSseReader } from './sse-reader.ts'
import type { ToolCall } from './tools.ts'
import type { UpstreamFetch } from './upstream-fetch.ts'
import { watchdog } from './watchdog.ts'

/** What all calls share. */
export interface CallParts {
  readonly client: Anthropic
  readonly upstream: UpstreamFetch
  readonly fileLimit: ByteLimit
}

/** How long the body of a complete answer may take to end, in ms. Only an empty chunk is missing. */
const END_MS = 1000

/** How a call ended. */
export interface CallOutcome {
  /** The last events, which were not yielded. They end in `step`, if the call came to an end. */
  readonly events: readonly RunEvent[]
  /** The end of a run that makes this call alone. */
  readonly terminal: TerminalEvent
  /** Undefined when Claude did not begin to answer. */
  readonly step: (ClaudeStep & { readonly requestId: string | undefined }) | undefined
  /** Whether `message_stop` has arrived. */
  readonly complete: boolean
  /** The calls that Claude leaves to us. */
  readonly calls: readonly ToolCall[]
}

/** Makes one call to Claude. Yields the events of its answer, and returns how it ended. Never throws. */
export async function* callClaude(
  parts: CallParts,
  options: ClaudeOptions & AskOptions,
  request: ClaudeRequest,
  { runId, signal, callIds }: Pick<SourceRun, 'runId' | 'signal'> & Pick<AnswerOptions, 'callIds'>,
): AsyncGenerator<RunEvent[], CallOutcome, undefined> {
  const { idleMs, onFailure, tools } = options
  const answer = new Answer({
    model: request.model,
    promptChars: promptChars(request),
    callIds,
    nameOf: (tool) => tools?.nameOf(tool) ?? tool,
    output: request.output,
  })
  const call = new AbortController()
  const idle = watchdog(() => call.abort(new ClaudeError('upstream_timeout', `silent for ${idleMs} ms`)))
  const closeCall = () => call.abort()
  signal.addEventListener('abort', closeCall, { once: true })
  if (signal.aborted) closeCall()
  let response: Response | undefined
  let complete: Readable | undefined

  function outcome(events: readonly RunEvent[], error?: unknown): CallOutcome {
    // A stop reason that has arrived counts, even if the connection failed afterwards; one that asks for another call does
    // not count after an abort.
    const own = answer.end()
    const isOver = own instanceof ClaudeError || (own !== undefined && !asksForMore(own.stopReason))
    const end = signal.aborted && !isOver ? answer.stopped() : own
    const step = answer.step()
    return {
      events: own !== undefined && step !== undefined ? [...events, stepEvent(step)] : events,
      terminal:
        end === undefined || end instanceof ClaudeError
          ? failed(end ?? (call.signal.aborted ? call.signal.reason : error))
          : end,
      step: step && { ...step, requestId: response?.headers.get('request-id') ?? undefined },
      complete: answer.complete,
      calls: answer.calls(),
    }
  }

  function failed(cause: unknown): TerminalEvent {
    onFailure?.({ runId, code: errorCodeOf(cause), ...detailsOf(cause, response) })
    return errorEvent(cause, answer.spent() ?? {})
  }

  try {
    response = await send(parts, options, request, { call, onTurn: () => idle.arm(idleMs) })
    const body = eventStreamOf(response, parts.upstream)
    const reader = createSseReader(body)
    for (;;) {
      idle.arm(idleMs)
      const messages = await reader.read()
      idle.disarm()
      if (messages === undefined) break
      const { events, failure } = answer.read(messages)
      if (answer.complete) {
        complete = body
        return outcome(events)
      }
      if (events.length > 0) yield events
      if (failure !== undefined) throw failure
    }
    throw new ClaudeError('upstream_interrupted', 'the stream ended before message_stop')
  } catch (error) {
    return outcome([], error)
  } finally {
    idle.stop()
    signal.removeEventListener('abort', closeCall)
    // Closes the socket now, and not at the next garbage collection.
    if (complete === undefined) call.abort()
    else readToEnd(complete, call)
    // The SDK keeps the abort's reason until the response is garbage-collected, and the stack trace in the reason keeps
    // this scope: with the response in it, neither would ever be freed.
    response = undefined
  }
}

function stepEvent({ model, usage, costUsd, compacted }: ClaudeStep): RunEvent {
  return { type: 'step', model, usage, costUsd, ...(compacted && { compacted }) }
}

/** Sends a request, and resolves to the beginning of the response. Files are in memory until then. */
async function send(
  { client, upstream, fileLimit }: CallParts,
  { maxRetryAfterMs, loadFile = noFile }: ClaudeOptions & AskOptions,
  request: ClaudeRequest,
  { call, onTurn }: { call: AbortController; onTurn: () => void },
): Promise<Response> {
  const bytes = sizeOf(filesOf(request.messages))
  const release = await fileLimit.take(bytes, call.signal)
  try {
    onTurn()
    const messages = await withFileBytes(request.messages, loadFile)
    return await client
      .withOptions({ fetch: onlySafeRetries(upstream.fetch, call, maxRetryAfterMs) })
      .messages.create(toMessageParams(request, messages), { signal: call.signal })
      .asResponse()
  } finally {
    release()
  }
}

async function noFile(): Promise<never> {
  throw new Error('The caller has not said how files are loaded.')
}

/** A connection can be reused only after its response was read to the end. This saves the next call a handshake. */
function readToEnd(body: Readable, call: AbortController): void {
  const closeCall = setTimeout(() => call.abort(), END_MS).unref()
  // With a `readable` listener, `resume` would do nothing.
  body
    .removeAllListeners('readable')
    .once('close', () => clearTimeout(closeCall))
    .resume()
}

function eventStreamOf(response: Response, { bodyOf }: UpstreamFetch): Readable {
  const type = response.headers.get('content-type') ?? 'nothing'
  const body = bodyOf(response)
  if (!body || !type.startsWith('text/event-stream')) {
    throw new ClaudeError('upstream_interrupted', `expected an event stream, got ${type}`)
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
