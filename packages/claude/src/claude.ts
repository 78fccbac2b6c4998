import Anthropic from '@anthropic-ai/sdk'
import type { Source } from '@sluice/events'
import { agentLoop } from './agent-loop.ts'
import { createByteLimit } from './byte-limit.ts'
import type { AskOptions, ClaudeOptions } from './claude-options.ts'
import type { ClaudeRequest } from './claude-request.ts'
import { outputFormat } from './output-format.ts'
import { createUpstreamFetch } from './upstream-fetch.ts'

export interface Claude {
  /**
   * A source of the answer. The first call to Claude is made at the first pull.
   *
   * @throws {Error} for an `output` that Claude cannot write: where, and what to do.
   */
  ask(request: ClaudeRequest, options?: AskOptions): Source
}

/** Calls the Messages API. Only this package uses the SDK. */
export function createClaude(options: ClaudeOptions): Claude {
  const { apiKey, baseUrl, idleMs } = options
  // Key and address are passed, so that the SDK does not read them from the environment. The SDK retries after its
  // `timeout`, which only covers the wait for headers; each call has a watchdog that ends it.
  const client = new Anthropic({
    apiKey,
    baseURL: baseUrl ?? ANTHROPIC_URL,
    timeout: idleMs * 2,
    logLevel: 'off',
  })
  const upstream = createUpstreamFetch()
  const fileLimit = createByteLimit(MAX_FILE_BYTES)
  const parts = { client, upstream, fileLimit }
  return {
    ask(request, asking) {
      if (request.output) outputFormat(request.output)
      return (run) => agentLoop(parts, { ...options, ...asking }, request, run)
    },
  }
}

/** Of the files that requests have in memory at once; others wait. Encoded and copied, they take 300 MB. */
const MAX_FILE_BYTES = 48_000_000

const ANTHROPIC_URL = 'https://api.anthropic.com'
