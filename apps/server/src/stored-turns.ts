import type { AnswerBlock, StoredCall, Turn } from '@sluice/claude'
import type { PathRow, StoredToolCall } from '@sluice/db'
import type { RunEvent, TerminalEvent } from '@sluice/events'
import { storedTerminal } from './stored-events.ts'
import { isOpen, resultOf, storedResult } from './tool-results.ts'

/**
 * The questions and answers of a path through a conversation, for the next request to Claude.
 *
 * @param calls those of the conversation.
 */
export function storedTurns(path: readonly PathRow[], calls: readonly StoredToolCall[]): Turn[] {
  const turns: Turn[] = []
  let question: Turn['question'] = ''
  for (const rows of byMessage(path)) {
    const last = rows.at(-1)
    if (last?.content != null) question = JSON.parse(last.content)
    else if (last?.end != null) {
      turns.push({
        question,
        steps: rows.map((row) => ({ content: blocksOf(row), calls: callsOf(row, calls) })).filter(hasContent),
        model: last.model ?? '',
        system: last.system ?? undefined,
        tools: last.tools ?? undefined,
        end: endOf(storedTerminal(last.end)),
      })
    }
  }
  return turns
}

/** Rows of the same message are neighbours. */
function byMessage(path: readonly PathRow[]): PathRow[][] {
  const groups: PathRow[][] = []
  for (const row of path) {
    const group = groups.at(-1)
    if (group?.[0]?.messageId === row.messageId) group.push(row)
    else groups.push([row])
  }
  return groups
}

/** Of a run whose process died, only the events that it had saved are there. */
function blocksOf({ blocks, log }: PathRow): AnswerBlock[] {
  if (blocks !== null) return JSON.parse(blocks)
  const events: RunEvent[] = JSON.parse(log ?? '[]')
  return events.flatMap((event) => (event.type === 'text' ? [{ type: 'text', text: event.text }] : []))
}

function hasContent({ content }: { content: readonly AnswerBlock[] }): boolean {
  return content.length > 0
}

function callsOf({ runId, step }: PathRow, calls: readonly StoredToolCall[]): StoredCall[] {
  return calls
    .filter((call) => call.runId === runId && call.step === step)
    .map((call) => ({
      toolUseId: call.toolUseId,
      begun: call.startedAt !== null,
      result: isOpen(call) ? resultOf(call) : storedResult(call),
    }))
}

function endOf(terminal: TerminalEvent): Turn['end'] {
  if (terminal.type === 'done') return terminal.stopReason === 'stopped' ? 'cut' : 'finished'
  return terminal.code === 'refused' ? 'refused' : 'cut'
}
