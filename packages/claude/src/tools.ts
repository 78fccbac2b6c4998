import type Anthropic from '@anthropic-ai/sdk'
import type { RunEvent } from '@sluice/events'
import type { ClaudeStep } from './answer.ts'

/** A tool as the Messages API takes it. */
export interface ToolDefinition {
  /** Up to 128 letters, digits, `_` and `-`. */
  readonly name: string
  readonly description: string
  /** A JSON schema of type `object`. */
  readonly input_schema: Anthropic.Tool.InputSchema
}

/** A call that Claude made. */
export interface ToolCall {
  /** Ours: a UUID. */
  readonly callId: string
  /** Claude's id of it. */
  readonly toolUseId: string
  /** The name of a definition, or one that Claude made up. */
  readonly name: string
  /** JSON text, as Claude wrote it. It need not fit the schema. */
  readonly input: string
}

/** What Claude and the person are told of a call. */
export interface ToolResult {
  readonly ok: boolean
  /** The result as JSON, or in words why there is none. At most `MAX_OUTPUT_CHARS` long. */
  readonly output: string
}

/** The result of a call that a person did not allow. */
export const DECLINED = 'The person declined this call.'

/** How Claude is told of a call without a result. */
export const NOT_EXECUTED = 'This call was not executed: the answer was stopped before it.'
export const MAY_HAVE_HAPPENED = 'It is not known whether this call was executed: it may have happened.'

export function toolResultBlock(
  toolUseId: string,
  { ok, output }: ToolResult,
): Anthropic.ToolResultBlockParam {
  return { type: 'tool_result', tool_use_id: toolUseId, content: output, ...(!ok && { is_error: true }) }
}

/** A call to Claude that is followed by another, or by calls of tools. */
export interface FinishedStep {
  readonly step: ClaudeStep & { readonly requestId: string | undefined }
  /** In their order. None after a `pause_turn`. */
  readonly calls: readonly ToolCall[]
  /** Everything in the run's log so far, neighbouring text merged. */
  readonly events: readonly RunEvent[]
}

/** How the caller executes the tools of one run, and stores what must not be lost or happen twice. */
export interface RunTools {
  /** For people: the name of the procedure. The name itself when there is none. */
  nameOf(name: string): string
  /** Whether a person has to allow a call before it is executed. */
  asksFirst(name: string): boolean
  /** Stores a step and its calls, before anything follows it. When it rejects, nothing is executed. */
  saveStep(step: FinishedStep): Promise<void>
  /**
   * Records that a call begins, executes it, and stores its result. Called at most once for a call, also for one by a
   * name that no tool has: its result says so, and is stored as any other. What goes wrong is a result too. When it rejects,
   * the run ends with `unavailable`. After the abort of `signal` it is not waited for.
   */
  execute(call: ToolCall, signal: AbortSignal): Promise<ToolResult>
  /**
   * Called before every call to Claude but the first, with what was spent so far and the most that the next one costs, in
   * US dollars. False when a budget does not allow it.
   */
  admitStep(usd: { spent: number; next: number }): Promise<boolean>
}

/** A call of the last step before an approval. */
export interface DecidedCall extends ToolCall {
  /** Undefined for a call that nobody was asked about. */
  readonly approved: boolean | undefined
  /** Of a call that was executed before the run waited. */
  readonly result: ToolResult | undefined
}
