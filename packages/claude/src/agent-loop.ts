import {
  addCost,
  addUsage,
  type RunEvent,
  type SourceRun,
  type Spent,
  type TerminalEvent,
} from '@sluice/events'
import { asksForMore, type ClaudeStep } from './answer.ts'
import { acceptedBlocks } from './answer-blocks.ts'
import { callClaude, type CallOutcome, type CallParts } from './call-claude.ts'
import { ClaudeError, errorEvent, notStored } from './claude-error.ts'
import type { AskOptions, ClaudeOptions } from './claude-options.ts'
import type { ClaudeRequest } from './claude-request.ts'
import { budgetedUsd, worstCaseUsd } from './cost.ts'
import { executeCalls, executeDecided, untilAborted } from './execute-calls.ts'
import type { ClaudeMessage } from './file-block.ts'
import { type ToolCall, toolResultBlock, type ToolResult } from './tools.ts'

/** How many calls to Claude a run makes at most. */
const MAX_STEPS = 20
/** How many calls of tools an answer of Claude may have. Each costs a row, and up to 16 KB of result. */
const MAX_CALLS = 100

/**
 * Calls Claude, executes the tools that it calls, and calls it again with their results, until it calls none.
 *
 * Nothing happens without a pull. The pull after a step stores it: by then the run's log has everything that Claude
 * said. The same pull starts the tools, and the pull after their last result makes the next call to Claude.
 */
export async function* agentLoop(
  parts: CallParts,
  options: ClaudeOptions & AskOptions,
  request: ClaudeRequest,
  { runId, signal, events: eventsSoFar }: SourceRun,
): AsyncGenerator<readonly RunEvent[], void, undefined> {
  const { tools, resume, maxUsd = Infinity, onStep, onFailure } = options
  const callIds = new Map<string, string>()
  let { messages } = request
  let sums: Sums | undefined
  let spentUsd = 0
  let unsaved: CallOutcome['step']

  const done = (stopReason: string): RunEvent => withSums(sums, { type: 'done', stopReason, ...NOTHING })
  /** Does what the loop cannot go on without. After an abort it is not begun, and not waited for. */
  async function need<T>(reason: string, act: () => Promise<T>): Promise<T> {
    signal.throwIfAborted()
    return await untilAborted(act(), signal).catch((cause: unknown) => {
      throw notStored(reason, cause)
    })
  }
  /** Why no call to Claude follows a step. */
  function endAfter(steps: number, waiting: readonly ToolCall[]): string | undefined {
    if (signal.aborted) return 'stopped'
    if (waiting.length > 0) return 'approval'
    if (steps === MAX_STEPS) return 'step_limit'
    return spentUsd >= maxUsd ? 'budget' : undefined
  }

  try {
    if (resume !== undefined && tools !== undefined) {
      const { events, results } = yield* executeDecided(resume, tools, signal)
      if (signal.aborted) {
        yield [...events, done('stopped')]
        return
      }
      if (events.length > 0) yield events
      messages = [...messages, resultsMessage(resume, results)]
    }
    for (let steps = 1; ; steps++) {
      const outcome = yield* callClaude(parts, options, { ...request, messages }, { runId, signal, callIds })
      const { step, calls } = outcome
      if (step === undefined || tools === undefined || !goesOn(outcome)) {
        if (step !== undefined) onStep?.(step)
        yield [...outcome.events, withSums(sums, outcome.terminal)]
        return
      }
      unsaved = step
      sums = plus(sums, step)
      spentUsd += step.costUsd ?? budgetedUsd(step.model, step.usage)
      yield outcome.events

      if (calls.length > MAX_CALLS) throw tooMany(calls.length)
      await need('a step could not be stored', async () =>
        tools.saveStep({ step, calls, events: await eventsSoFar() }),
      )
      unsaved = undefined
      const waiting = calls.filter(({ name }) => tools.asksFirst(name))
      const allowed = calls.filter((call) => !waiting.includes(call))
      const { events, results } = yield* executeCalls(allowed, tools, signal)
      const end = endAfter(steps, waiting)
      if (end !== undefined) {
        yield [...events, ...(end === 'approval' ? waiting.map(waitingEvent) : []), done(end)]
        return
      }
      if (events.length > 0) yield events

      messages = [...messages, { role: 'assistant', content: acceptedBlocks(step.content) }]
      if (calls.length > 0) messages = [...messages, resultsMessage(calls, results)]
      const usd = { spent: spentUsd, next: worstCaseUsd({ ...request, messages }) }
      if (!(await need('a budget could not be checked', async () => tools.admitStep(usd)))) {
        yield [done('budget')]
        return
      }
    }
  } catch (error) {
    if (unsaved !== undefined) onStep?.(unsaved)
    if (signal.aborted) {
      yield [done('stopped')]
      return
    }
    if (!(error instanceof ClaudeError)) throw error
    onFailure?.({ runId, code: error.code, requestId: undefined, status: undefined, reason: error.message })
    yield [withSums(sums, errorEvent(error, {}))]
  }
}

/** Whether the run goes on: Claude has called tools, or paused in the middle of its answer. */
function goesOn({ complete, step, calls }: CallOutcome): boolean {
  if (!complete || !asksForMore(step?.stopReason)) return false
  return calls.length > 0 || (step?.stopReason === 'pause_turn' && acceptedBlocks(step.content).length > 0)
}

function resultsMessage(calls: readonly ToolCall[], results: ReadonlyMap<string, ToolResult>): ClaudeMessage {
  const content = calls.flatMap(({ callId, toolUseId }) => {
    const result = results.get(callId)
    return result === undefined ? [] : [toolResultBlock(toolUseId, result)]
  })
  return { role: 'user', content }
}

function tooMany(calls: number): ClaudeError {
  return new ClaudeError('internal', `an answer with ${calls} calls`, {
    shown: `Claude made ${calls} calls of tools at once. At most ${MAX_CALLS} are allowed, and none was executed.`,
  })
}

function waitingEvent({ callId }: ToolCall): RunEvent {
  return { type: 'tool_state', callId, state: 'waiting' }
}

interface Sums extends Spent {
  /** The one that answered last. */
  readonly model?: string
}

const NOTHING: Spent = {
  usage: { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: false },
  costUsd: 0,
}

function plus(sums: Sums | undefined, { usage, costUsd, model }: ClaudeStep): Sums {
  if (sums === undefined) return { usage, costUsd, model }
  return { usage: addUsage(sums.usage, usage), costUsd: addCost(sums.costUsd, costUsd), model }
}

/** The end of a run whose earlier calls took `sums`. */
function withSums<End extends TerminalEvent>(sums: Sums | undefined, end: End): End {
  if (sums === undefined) return end
  const { usage = NOTHING.usage, costUsd = NOTHING.costUsd } = end
  return { ...sums, ...end, usage: addUsage(sums.usage, usage), costUsd: addCost(sums.costUsd, costUsd) }
}
