import type { ToolPart } from '@sluice/events'
import { memo, useId, useLayoutEffect, useRef, useState } from 'react'
import type { Refusal } from '../chat/refusal.ts'
import type { PartTimes } from '../chat/run-times.ts'
import { Button } from '../ui/button.tsx'
import { RefusalMessage } from '../ui/refusal-message.tsx'
import { CallLine } from './call-line.tsx'
import { CallRequest } from './call-request.tsx'

/** A call of a tool: a line that opens. While it waits for the user, a card that asks. */
export const ToolCall = memo(function ToolCall(props: {
  part: ToolPart
  times: PartTimes | undefined
  /** By the user; undefined where the user was not asked or has not decided. */
  allowed: boolean | undefined
  /** It waits for the user's decision. */
  open: boolean
  /** Why the last decision was not accepted. */
  refusal: Refusal | undefined
  onDecide: (callId: string, approve: boolean) => void
}) {
  const { part, times, allowed, open, refusal, onDecide } = props
  const { callId, state } = part
  const titleId = useId()
  const row = useRef<HTMLDivElement>(null)
  const decided = useRef(false)
  // Once it has asked it stays a card, as tall as it was: the line takes the place of the buttons.
  const [isCard, setCard] = useState(open)
  if (open && !isCard) setCard(true)

  // The focus was on a button that is gone.
  useLayoutEffect(() => {
    if (!decided.current || document.activeElement !== document.body) return
    row.current?.querySelector<HTMLElement>('button, summary')?.focus({ preventScroll: true })
  }, [open])

  function decide(approve: boolean) {
    decided.current = true
    onDecide(callId, approve)
  }

  const line = <CallLine part={part} times={times} allowed={allowed} isUntitled={isCard} />
  if (!isCard) {
    return (
      <div className="mb-1" data-testid="tool-call" data-state={state}>
        {line}
      </div>
    )
  }
  return (
    <div
      role="group"
      aria-labelledby={titleId}
      data-testid="tool-call"
      data-state={state}
      className={`mb-3 grid grid-cols-[minmax(0,1fr)] gap-2 rounded-card border bg-raised px-3.5 py-2.5 ${open ? 'border-accent' : 'border-line'}`}
    >
      <CallRequest part={part} id={titleId} />
      <div ref={row} className="min-h-9">
        {open ? (
          <div className="flex flex-wrap items-center gap-2">
            <Button
              tone="primary"
              data-testid="allow"
              aria-describedby={titleId}
              onClick={() => decide(true)}
            >
              Allow
            </Button>
            <Button data-testid="deny" aria-describedby={titleId} onClick={() => decide(false)}>
              Deny
            </Button>
            {refusal && (
              <div className="text-sm">
                <RefusalMessage {...refusal} />
              </div>
            )}
          </div>
        ) : (
          line
        )}
      </div>
    </div>
  )
})
