import type { RunTools, ToolResult } from '@sluice/claude'
import type { Context } from './context.ts'
import { NO_TOOLS } from './tools.ts'

/**
 * The tools of one run. A call is stored with the step that made it, then its beginning, then its result, each before
 * what follows; so it is executed at most once, whatever crashes in between.
 */
export function createRunTools(context: Context, runId: string): RunTools {
  const { records, tools = NO_TOOLS } = context
  return {
    nameOf: (name) => tools.nameOf(name),
    asksFirst: (name) => tools.asksFirst(name),
    saveStep: (step) => records.saveStep(runId, step, (name) => tools.asksFirst(name)),
    async execute({ callId, name, input }, signal) {
      const owner = await records.startCall(runId, callId).catch(() => null)
      if (owner === undefined) return REFUSED
      const result =
        owner === null
          ? UNRECORDED
          : // A guest's run may have been given to an account since it was started.
            await tools.call({ ...context, owner }, { runId, callId, name, input }, signal)
      await records.endCall(callId, result)
      return result
    },
    admitStep: (usd) => records.reserve(runId, usd),
  }
}

const REFUSED: ToolResult = {
  ok: false,
  output: 'Not executed: it was begun before, or the answer has ended.',
}

const UNRECORDED: ToolResult = {
  ok: false,
  output: 'Not executed: the database could not be reached. It can be called again.',
}
