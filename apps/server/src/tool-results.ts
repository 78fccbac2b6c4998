import { DECLINED, MAY_HAVE_HAPPENED, NOT_EXECUTED, type ToolResult } from '@sluice/claude'
import type { StoredToolCall } from '@sluice/db'

/** The stored result of a call. Undefined without one. */
export function storedResult({ ok, output }: StoredToolCall): ToolResult | undefined {
  return ok === null ? undefined : { ok, output: JSON.parse(output ?? '""') }
}

/** What is told of a call of an answer that has ended. Of one that waits, what it is if the conversation goes on. */
export function resultOf(call: StoredToolCall): ToolResult {
  const stored = storedResult(call)
  if (stored) return stored
  if (call.startedAt !== null) return { ok: false, output: MAY_HAVE_HAPPENED }
  return { ok: false, output: isOpen(call) ? DECLINED : NOT_EXECUTED }
}

/** Whether a person has not decided about a call that waits for that. */
export function isOpen({ asks, approved }: StoredToolCall): boolean {
  return asks && approved === null
}
