import type { RunStore } from '@sluice/client'
import { useState } from 'react'
import { type StoreApi, useStore } from 'zustand'
import type { Chat } from '../chat/chat.ts'
import { Button } from '../ui/button.tsx'
import type { LabState } from './use-lab-state.ts'

const QUESTION = 'Tell me about canal locks [[sim ttft=0 thinking=0 tps=800 tokens=10000]]'
const SLOW = 300

/** A guided experiment: Claude writes faster than this page shows, until the page may show as fast as it can. */
export function SlowReader(props: {
  chat: Chat
  run: RunStore | undefined
  state: LabState | undefined
  readerSpeed: StoreApi<number>
}) {
  const { chat, run, state, readerSpeed } = props
  const [guided, setGuided] = useState<RunStore>()
  const writing = useStore(chat, ({ busy }) => busy)
  const isSlow = useStore(readerSpeed) < Infinity

  function begin() {
    readerSpeed.setState(SLOW)
    void chat.send(QUESTION)
    setGuided(chat.getState().turns.at(-1)?.run)
  }

  return (
    <section className="grid gap-2 text-[0.8125rem]" aria-label="Slow reader" data-testid="lab-slow-reader">
      <p role="status">{state && guided === run ? explain(state, isSlow) : INTRODUCTION}</p>
      {writing && isSlow ? (
        <Button tone="primary" onClick={() => readerSpeed.setState(Infinity)}>
          Let it flow
        </Button>
      ) : (
        <Button tone="primary" disabled={writing} onClick={begin}>
          Slow reader
        </Button>
      )}
    </section>
  )
}

const INTRODUCTION = `What if a page cannot keep up? This asks for a long answer and shows ${SLOW} characters of it a second.`

/** What the picture shows now, and why it matters. */
function explain({ held, rendered, paused, ended }: LabState, isSlow: boolean): string {
  if (ended && rendered === held)
    return 'The whole answer is on the page. The wait lost nothing and repeated nothing.'
  if (!isSlow) return 'The page keeps up. Each acknowledgement moves the window, and the server reads on.'
  if (!paused)
    return `Claude writes faster than the ${SLOW} characters a second that this page shows. The window fills.`
  return 'The window is full, so the server has stopped reading from Claude. Claude can only fill the network’s buffers, and then has to wait. If this page left, the server would hang up, and only what Claude had written by then would be billed.'
}
