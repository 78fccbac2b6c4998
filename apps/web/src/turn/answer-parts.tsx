import type { RunSnapshot } from '@sluice/client'
import type { MarkdownStatus } from '@sluice/markdown'
import type { RunPart } from '@sluice/events'
import type { Chat } from '../chat/chat.ts'
import { isAllowed, openCalls } from '../chat/decisions.ts'
import type { RunTimes } from '../chat/run-times.ts'
import type { Turn } from '../chat/turn.ts'
import { SourceList } from '../sources/source-list.tsx'
import { citationLink, citedSources, withCitations } from '../sources/sources.ts'
import { ToolCall } from '../tools/tool-call.tsx'
import { AnswerText } from './answer-text.tsx'
import { stateOf } from './run-state.ts'
import { Thinking } from './thinking.tsx'

/** What an answer is made of, in order. Each part is memoised: those that have not changed are not rendered again. */
export function AnswerParts(props: {
  turn: Turn
  run: RunSnapshot
  times: RunTimes
  isLast: boolean
  /** How its last text has ended; false while it may grow. */
  ended: false | Exclude<MarkdownStatus, 'streaming'>
  onDecide: Chat['decide']
}) {
  const { turn, run, times, isLast, ended, onDecide } = props
  const { parts } = run.view
  const last = parts.length - 1
  const sources = citedSources(run.view)
  const open = new Set(openCalls(turn, isLast).map(({ callId }) => callId))

  function partOf(part: RunPart, index: number) {
    switch (part.type) {
      case 'thinking':
        return (
          <Thinking
            key={index}
            text={part.text}
            active={index === last && stateOf(run) === 'thinking'}
            times={times.parts?.[index]}
          />
        )
      case 'text':
        return (
          <div key={index} data-testid="answer-text">
            <AnswerText
              text={withCitations(part, sources, citationLink)}
              status={index < last ? 'complete' : ended || 'streaming'}
            />
          </div>
        )
      case 'json':
        return <pre key={index}>{part.text}</pre>
      case 'tool':
        return (
          <ToolCall
            key={part.callId}
            part={part}
            times={times.parts?.[index]}
            // A question that follows has declined what still waited.
            allowed={isAllowed(turn, part.callId) ?? (isLast || part.state !== 'waiting' ? undefined : false)}
            open={open.has(part.callId)}
            refusal={turn.decisions.get(part.callId)?.refusal}
            onDecide={onDecide}
          />
        )
      default:
        return part satisfies never
    }
  }

  return (
    <>
      {parts.map(partOf)}
      {ended && sources.length > 0 && <SourceList sources={sources} />}
      {parts.every(({ type }) => type !== 'text') && <div data-testid="answer-text" />}
    </>
  )
}
