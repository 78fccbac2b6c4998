/**
 * Answers of Claude as a source of events for a run. Only this package uses the Anthropic SDK.
 *
 * `createClaude` makes such sources, and `agent-loop.ts` is one: it calls Claude, executes the tools that Claude calls
 * (`execute-calls.ts`), and calls it again with their results. What a tool is, and what is stored, is the caller's: see
 * `tools.ts`.
 *
 * `call-claude.ts` makes one call. The SDK sends the request through a `fetch` of our own (`upstream-fetch.ts`), which
 * reads the socket only when it is pulled. `sse-reader.ts` parses the body, `wire-event.ts` validates its events, and
 * `answer.ts` turns them into a run's events and tracks usage and cost. `claude-error.ts` maps every failure to a code.
 * A call is retried only when Claude surely did not accept it (`safe-retries.ts`), so it is paid for once.
 *
 * With `output` in a request, Claude answers with JSON: `output-format.ts` tells it the schema, and `check-output.ts` checks
 * what it wrote.
 *
 * `answer-blocks.ts` keeps an answer as Claude takes it back, and `history.ts` makes the messages of the next request
 * from such answers.
 *
 * Files are in a request by their ids (`file-block.ts`). Their bytes are loaded when the call is made, and gone when Claude
 * begins to answer; `byte-limit.ts` limits how many are in memory at once.
 *
 * `web-tools.ts` has Claude's own tools for the web, which Anthropic executes; `hosted-result.ts` reads what they return.
 *
 * `models.ts` has the known models with limits and prices, and `cost.ts` computes costs from them.
 */
export { type ClaudeStep } from './answer.ts'
export { type AnswerBlock } from './answer-blocks.ts'
export { type Claude, createClaude } from './claude.ts'
export { type AskOptions, type ClaudeFailure, type ClaudeOptions } from './claude-options.ts'
export { type ClaudeRequest, DEFAULT_MAX_TOKENS } from './claude-request.ts'
export { type ClaudeMessage, type FileBlock, type FileBytes } from './file-block.ts'
export { budgetedUsd, worstCaseUsd } from './cost.ts'
export {
  continuedMessages,
  type History,
  historyOf,
  type HistoryOptions,
  type StoredCall,
  type Turn,
  type TurnSettings,
  type TurnStep,
} from './history.ts'
export { DEFAULT_MODEL, type Effort, EFFORTS, findModel, type Model, MODELS } from './models.ts'
export {
  type DecidedCall,
  DECLINED,
  type FinishedStep,
  MAY_HAVE_HAPPENED,
  NOT_EXECUTED,
  type RunTools,
  type ToolCall,
  type ToolDefinition,
  type ToolResult,
} from './tools.ts'
export { webTools, type WebTool } from './web-tools.ts'
