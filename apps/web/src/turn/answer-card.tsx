import { isOver } from '@sluice/client'
import { useRun } from '@sluice/client/react'
import { textOf } from '@sluice/events'
import { use, useLayoutEffect } from 'react'
import type { Chat } from '../chat/chat.ts'
import { isHeld, openCalls } from '../chat/decisions.ts'
import type { Turn } from '../chat/turn.ts'
import { answerMarkdown } from '../sources/sources.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { AnswerEnding } from './answer-ending.tsx'
import { AnswerFigures } from './answer-figures.tsx'
import { AnswerNotes } from './answer-notes.tsx'
import { AnswerParts } from './answer-parts.tsx'
import { type Action, endingOf } from './ending.ts'
import { type RunState, stateOf } from './run-state.ts'
import { HeldLine } from './held-line.tsx'
import { ShowFigures } from './show-figures.ts'
import { StatusLine } from './status-line.tsx'
import { Versions } from './versions.tsx'

/** An answer: its parts, and what it is doing or how it ended. */
export function AnswerCard(props: {
  chat: Chat
  turn: Turn
  live: boolean
  isLast: boolean
  /** No answer of the conversation is being written. */
  canChoose: boolean
  onGrow: () => void
  onAct: (action: Action) => void
}) {
  const { chat, turn, live, isLast, canChoose, onGrow, onAct } = props
  const run = useRun(turn.run, live)
  const times = turn.times()
  const { view } = run
  const over = isOver(run)
  const held = isHeld(turn, isLast)
  const ending = endingOf(run)
  // It has ended, and can be asked for again.
  const canAct = isLast && canChoose

  useLayoutEffect(() => {
    if (run.commits > 0 || over) onGrow()
  }, [run, over, onGrow])

  return (
    <article
      className={channelOf(stateOf(run))}
      aria-label="Answer"
      aria-busy={!over}
      data-testid="answer"
      data-status={view.status}
      data-position={view.position}
      data-commits={run.commits}
      data-gaps={run.gaps}
      data-reconnects={run.reconnects}
    >
      {/* Answers have headings of their own, below this one: so they are in order, and it leads from answer to answer. */}
      <h2 className="sr-only">Answer</h2>
      <AnswerParts
        key={turn.step.answer.messageId}
        turn={turn}
        run={run}
        times={times}
        isLast={isLast}
        ended={over && (ending ? 'truncated' : 'complete')}
        onDecide={chat.decide}
      />
      {held ? <HeldLine open={openCalls(turn, isLast).length > 0} /> : <StatusLine run={run} times={times} />}
      {over && <AnswerNotes view={view} />}
      {ending && <AnswerEnding ending={ending} canAct={canAct} onAct={onAct} />}
      {over && !held && (
        <div className="mt-1.5 -ml-2 flex min-h-8 flex-wrap items-center gap-x-1">
          <Versions of="answer" step={turn.step} disabled={!canChoose} onChoose={chat.choose} />
          {textOf(view) !== '' && (
            <CopyButton label="Copy answer" text={() => answerMarkdown(view)} testId="copy-answer" />
          )}
          {canAct && ending?.action !== 'retry' && (
            <IconButton
              icon="retry"
              label="Regenerate answer"
              data-testid="regenerate"
              onClick={() => onAct('retry')}
            />
          )}
          {use(ShowFigures) && <AnswerFigures run={run} times={times} />}
        </div>
      )}
    </article>
  )
}

/** While text grows, nothing else moves: an animation would have the browser draw three times as many frames. */
function channelOf(state: RunState | undefined): string {
  if (state === undefined) return ''
  return state === 'writing' ? 'channel' : 'channel moving'
}
