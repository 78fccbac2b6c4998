import { EMPTY_RUN_VIEW, type RunView } from '@sluice/events'
import { newId } from '../new-id.ts'
import { type PageClock, pageClock } from '../run/page-clock.ts'
import type { RunAck, RunSource } from '../run/run-source.ts'
import { createRunStore, isOver, type RunStore } from '../run/run-store.ts'
import { isRefusal } from '../server-error.ts'
import { type Message, messagesFor } from './messages.ts'
import type { ChatStorage } from './stored-chat.ts'
import { untilAnswered } from './until-answered.ts'

/** A prompt and the run that answers it. */
export interface Turn {
  readonly prompt: string
  readonly runId: string
  readonly run: RunStore
  /** The server has confirmed the run, so it can be followed. */
  readonly started: boolean
}

export interface ChatState {
  readonly turns: readonly Turn[]
  /** The last turn has no end yet. */
  readonly busy: boolean
  readonly stopping: boolean
  /** Why the last prompt was not accepted. */
  readonly refusal: string | undefined
}

/** The server's procedures, as far as a chat needs them. */
export interface ChatApi {
  start(input: { runId: string; messages: Message[] }): Promise<unknown>
  stop(input: { runId: string }): Promise<unknown>
  events: RunSource
  ack: RunAck
}

export interface Chat {
  readonly getSnapshot: () => ChatState
  readonly subscribe: (listener: () => void) => () => void
  /** Asks. Resolves to false when the server refused: the prompt is the caller's again. */
  readonly send: (prompt: string) => Promise<boolean>
  /** Ends the answer that is being written, also one that has not begun. */
  readonly stop: () => void
  /** Asks the last prompt again. After an unanswered start under the same id, in case it did begin. */
  readonly retry: () => void
  /** Takes the last turn back, and returns its prompt. */
  readonly takeBack: () => string
  readonly clear: () => void
  readonly save: () => void
}

/** A conversation: its turns, and at most one answer at a time. No React in it; `useChat` shows it. */
export function createChat(options: { api: ChatApi; storage: ChatStorage; clock?: PageClock }): Chat {
  const { api, storage, clock = pageClock } = options
  const listeners = new Set<() => void>()
  let unwanted = new AbortController()
  let forgetRun: (() => void) | undefined
  let state: ChatState = { turns: [], busy: false, stopping: false, refusal: undefined }

  // What was stored is only ever followed, never started: a tab restored after days must not buy an answer.
  show(storage.load().map(({ runId, prompt, view }) => turnOf(prompt, runId, { view, started: true })))

  function turnOf(
    prompt: string,
    runId: string,
    { view, started }: { view: RunView; started: boolean },
  ): Turn {
    const run = createRunStore({ runId, initial: view, source: api.events, ack: api.ack, clock })
    return { prompt, runId, run, started }
  }

  function publish(change: Partial<ChatState>) {
    state = { ...state, ...change }
    for (const listener of listeners) listener()
  }

  function show(turns: readonly Turn[], refusal?: string) {
    forgetRun?.()
    const run = turns.at(-1)?.run
    const isBusy = () => run !== undefined && !isOver(run.getSnapshot())
    publish({ turns, refusal, busy: isBusy(), stopping: false })
    if (!run || !isBusy()) return
    const forget = run.subscribe(() => {
      if (isBusy()) return
      forget()
      publish({ busy: false, stopping: false })
      save()
    })
    forgetRun = forget
  }

  async function ask(before: readonly Turn[], prompt: string, runId: string): Promise<boolean> {
    const wish = (unwanted = new AbortController())
    const restore = state.turns
    const turn = turnOf(prompt, runId, { view: EMPTY_RUN_VIEW, started: false })
    const messages = messagesFor(before.map(storedTurn), prompt)
    const isShown = () => state.turns.at(-1) === turn
    show([...before, turn])
    save()
    try {
      await untilAnswered(() => api.start({ runId, messages }), { isRefusal, unwanted: wish.signal, clock })
    } catch (error) {
      if (isRefusal(error)) {
        if (isShown()) show(restore, error.message)
        save()
        return false
      }
      // Nobody answered, yet somebody may have heard.
      if (wish.signal.aborted) requestStop(runId)
      turn.run.fail(wish.signal.aborted ? NEVER_STARTED : UNREACHABLE)
      return true
    }
    if (wish.signal.aborted) requestStop(runId)
    if (isShown()) publish({ turns: [...before, { ...turn, started: true }] })
    return true
  }

  function requestStop(runId: string) {
    untilAnswered(() => api.stop({ runId }), { isRefusal, clock }).catch(() => publish({ stopping: false }))
  }

  function stop() {
    const turn = state.turns.at(-1)
    if (!turn || !state.busy || state.stopping) return
    publish({ stopping: true })
    if (turn.started) requestStop(turn.runId)
    else unwanted.abort()
  }

  function save() {
    storage.save(state.turns.map(storedTurn))
  }

  return {
    getSnapshot: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async send(prompt) {
      // The second of two fast presses of Enter finds the first one's run.
      if (state.busy) return false
      return ask(state.turns, prompt, newId())
    },
    stop,
    retry() {
      const last = state.turns.at(-1)
      if (!last || state.busy) return
      const runId = last.run.getSnapshot().failure === UNREACHABLE ? last.runId : newId()
      void ask(state.turns.slice(0, -1), last.prompt, runId)
    },
    takeBack() {
      const last = state.turns.at(-1)
      if (!last || state.busy) return ''
      show(state.turns.slice(0, -1))
      save()
      return last.prompt
    },
    clear() {
      stop()
      show([])
      save()
    },
    save,
  }
}

const UNREACHABLE = { code: 'unreachable', message: 'The server cannot be reached.', retryable: true }
const NEVER_STARTED = { code: 'stopped', message: 'Stopped before it began.', retryable: true }

function storedTurn({ runId, prompt, run }: Turn) {
  return { runId, prompt, view: run.getSnapshot().view }
}
