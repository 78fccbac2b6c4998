import type { ClaudeStep } from './answer.ts'
import type { ClaudeErrorCode } from './claude-error.ts'
import type { LoadFile } from './file-block.ts'
import type { DecidedCall, RunTools } from './tools.ts'

export interface ClaudeOptions {
  readonly apiKey: string
  /** Default: Anthropic's API. */
  readonly baseUrl?: string | undefined
  /** How long Claude may be silent, in ms: before the headers (including retries), and between two events. */
  readonly idleMs: number
  /** With a `retry-after` longer than this, in ms, the call fails at once instead of being retried. */
  readonly maxRetryAfterMs: number
  /** Called for every failed answer, for the log. The failure contains no key and no response body. */
  readonly onFailure?: (failure: ClaudeFailure) => void
}

export interface ClaudeFailure {
  readonly runId: string
  readonly code: ClaudeErrorCode
  /** Anthropic's id of the request, for their support. */
  readonly requestId: string | undefined
  readonly status: number | undefined
  /** The name or code of the error; for our own errors, the message. */
  readonly reason: string
}

export interface AskOptions {
  /** Loads a file of the request. Default: it has none. */
  readonly loadFile?: LoadFile | undefined
  /**
   * Called with the last call to Claude, before the terminal event is yielded. Not with one that `tools.saveStep` has
   * stored; but with one that it failed to store, or had not stored at an abort. Not when Claude did not begin to answer,
   * nor when the source is not pulled to its end.
   */
  readonly onStep?: ((step: ClaudeStep & { readonly requestId: string | undefined }) => void) | undefined
  /** Executes the tools of the request. Default: it has none. */
  readonly tools?: RunTools | undefined
  /**
   * The calls of the last message of the request, when it is Claude's: they are executed first. Some were decided about;
   * see {@link DecidedCall}. Needs `tools`. Default: the last message is the user's.
   */
  readonly resume?: readonly DecidedCall[] | undefined
  /** What the run may have cost before another call to Claude is made, in US dollars. Default: any. */
  readonly maxUsd?: number | undefined
}
