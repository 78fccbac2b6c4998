import type { RunEvent } from '@sluice/events'
import { notStored } from './claude-error.ts'
import { type DecidedCall, DECLINED, type RunTools, type ToolCall, type ToolResult } from './tools.ts'

interface Executed {
  /** The last events, which were not yielded. */
  readonly events: readonly RunEvent[]
  /** By our id of the call. After an abort, some are missing. */
  readonly results: ReadonlyMap<string, ToolResult>
}

type Execution = AsyncGenerator<readonly RunEvent[], Executed, undefined>

/** How many calls of a run are executed at once. */
const MAX_PARALLEL = 10

/**
 * Executes calls in parallel. Yields that they run, then results as they come. Ends when all are there, or at an abort:
 * a tool that ignores the signal is not waited for.
 *
 * @throws {ClaudeError} `unavailable` when `tools.execute` rejects.
 */
export async function* executeCalls(
  calls: readonly ToolCall[],
  tools: RunTools,
  signal: AbortSignal,
): Execution {
  const results = new Map<string, ToolResult>()
  let events: RunEvent[] = []
  let failure: { cause: unknown } | undefined
  let wake: (() => void) | undefined
  async function execute(call: ToolCall): Promise<void> {
    try {
      const result = await tools.execute(call, signal)
      results.set(call.callId, result)
      events.push(resultEvent(call, result))
    } catch (cause) {
      failure ??= { cause }
    }
    wake?.()
  }
  const left = calls.values()
  async function executeLeft(): Promise<void> {
    for (const call of left) {
      if (signal.aborted || failure !== undefined) return
      events.push({ type: 'tool_state', callId: call.callId, state: 'running' })
      await execute(call)
    }
  }
  for (let i = 0; i < MAX_PARALLEL; i++) void executeLeft()
  while (results.size < calls.length && !signal.aborted) {
    if (events.length > 0) {
      const arrived = events
      events = []
      yield arrived
    } else {
      if (failure !== undefined) throw notStored('a call could not be recorded', failure.cause)
      await untilAborted(new Promise<void>((resolve) => (wake = resolve)), signal).catch(() => {})
    }
  }
  return { events, results }
}

/** As {@link executeCalls}, of calls that were decided about: some have a result, and some were declined. */
export async function* executeDecided(
  calls: readonly DecidedCall[],
  tools: RunTools,
  signal: AbortSignal,
): Execution {
  const known = new Map<string, ToolResult>()
  const declined: RunEvent[] = []
  for (const call of calls) {
    if (call.result !== undefined) known.set(call.callId, call.result)
    else if (call.approved === false) {
      const result = { ok: false, output: DECLINED }
      known.set(call.callId, result)
      declined.push(resultEvent(call, result))
    }
  }
  if (declined.length > 0) yield declined
  const rest = calls.filter(({ callId }) => !known.has(callId))
  const { events, results } = yield* executeCalls(rest, tools, signal)
  return { events, results: new Map([...known, ...results]) }
}

function resultEvent({ callId }: ToolCall, { ok, output }: ToolResult): RunEvent {
  return { type: 'tool_result', callId, ok, output }
}

/** Settles as `promise` does, or rejects with the reason of `signal` when that aborts first. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  return new Promise<T>((resolve, reject) => {
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- callers get the reason of their own signal
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
