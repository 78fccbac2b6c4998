import { EMPTY_RUN_VIEW } from '@sluice/events'
import { type CallError, createStartOnce, isOver, newId, pageClock, type PageClock } from '@sluice/client'
import type { ChatApi } from './chat-api.ts'
import { type ConversationLimits, messagesFor, type Question } from './messages.ts'
import type { AskSettings } from './settings.ts'
import type { ChatStorage, StoredTurn } from './stored-chat.ts'
import { isLost, questionOf, storedTurn, type Turn, turnOf } from './turn.ts'

/** Why the last prompt was not accepted. */
export interface Refusal {
  readonly message: string
  /** ms since the epoch: when it is worth trying again, where the server said so. */
  readonly retryAt: number | undefined
}

export interface ChatState {
  readonly turns: readonly Turn[]
  /** The last turn has no end yet. */
  readonly busy: boolean
  readonly stopping: boolean
  readonly refusal: Refusal | undefined
}

export interface ChatOptions {
  api: ChatApi
  storage: ChatStorage
  clock?: PageClock
  /** Read for every question. Default: the server's. */
  settings?: () => AskSettings
  /** How long a conversation may be that is sent. Default: no limit. */
  limits?: () => ConversationLimits | undefined
  /** See {@link createRunStore}. */
  charsPerSecond?: () => number
}

export interface Chat {
  readonly getSnapshot: () => ChatState
  readonly subscribe: (listener: () => void) => () => void
  /** Asks. Resolves to false when the server refused: the question is the caller's again. */
  readonly send: (question: string | Question) => Promise<boolean>
  /** Ends the answer that is being written, also one that has not begun. */
  readonly stop: () => void
  /** Asks the last prompt again. After an unanswered start under the same id, in case it did begin. */
  readonly retry: () => void
  /** Asks `prompt` in the place of the turn at `index`, which is forgotten with all after it. */
  readonly edit: (index: number, prompt: string) => Promise<boolean>
  readonly clear: () => void
  readonly save: () => void
  /** Takes over what another tab has made of this conversation. Runs that are followed here stay followed. */
  readonly adopt: (turns: readonly StoredTurn[]) => void
}

/** A conversation: its turns, and at most one answer at a time. No React in it; `useChat` shows it. */
export function createChat(options: ChatOptions): Chat {
  const { api, storage, clock = pageClock, settings, limits, charsPerSecond } = options
  const startOnce = createStartOnce(api, clock)
  const following = { runs: api.runs, clock, charsPerSecond }
  const listeners = new Set<() => void>()
  let unwanted = new AbortController()
  let forgetRun: (() => void) | undefined
  let state: ChatState = { turns: [], busy: false, stopping: false, refusal: undefined }

  // What was stored is only ever followed, never started: a tab restored after days must not buy an answer.
  show(storage.load().map((turn) => turnOf(turn, { started: true, own: false }, following)))

  function publish(change: Partial<ChatState>) {
    state = { ...state, ...change }
    for (const listener of listeners) listener()
  }

  function show(turns: readonly Turn[], refusal?: Refusal) {
    forgetRun?.()
    const run = turns.at(-1)?.run
    const isBusy = () => run !== undefined && !isOver(run.getSnapshot())
    publish({ turns, refusal, busy: isBusy(), stopping: false })
    if (!run || !isBusy()) return
    const forget = run.subscribe(() => {
      if (isBusy()) return
      forget()
      publish({ busy: false, stopping: false })
      // In a task of its own: a long answer takes longer to store than its last words to show.
      clock.after(0, save)
    })
    forgetRun = forget
  }

  async function ask(before: readonly Turn[], question: Question, runId: string): Promise<boolean> {
    const wish = (unwanted = new AbortController())
    const restore = state.turns
    const { messages, leftOut } = messagesFor(before.map(storedTurn), question, limits?.())
    const times = { askedAt: Date.now() }
    const stored = { ...question, runId, view: EMPTY_RUN_VIEW, times, leftOut }
    const turn = turnOf(stored, { started: false, own: true }, following)
    const isShown = () => state.turns.some((shown) => shown.run === turn.run)
    show([...before, turn])
    save()
    const end = await startOnce({ runId, messages, ...settings?.() }, wish.signal)
    const isUnwanted = wish.signal.aborted
    if (end.type === 'refused') {
      if (isShown()) show(restore, refusalOf(end.error))
      save()
      return false
    }
    // Also where nobody answered: somebody may have heard.
    if (isUnwanted && end.type !== 'unheard') requestStop(turn)
    if (end.type !== 'started') turn.run.fail(isUnwanted ? NEVER_STARTED : UNREACHABLE)
    else if (isShown()) {
      publish({
        turns: state.turns.map((shown) => (shown.run === turn.run ? { ...shown, started: true } : shown)),
      })
      save()
    }
    return true
  }

  function requestStop({ runId, run }: Turn) {
    run.stop().catch(() => {
      // By now, it may be another answer that is being stopped.
      if (state.turns.at(-1)?.runId === runId) publish({ stopping: false })
    })
  }

  function stop() {
    const turn = state.turns.at(-1)
    if (!turn || !state.busy || state.stopping) return
    publish({ stopping: true })
    if (turn.started) requestStop(turn)
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
    async send(question) {
      // The second of two fast presses of Enter finds the first one's run.
      if (state.busy) return false
      return ask(state.turns, typeof question === 'string' ? { prompt: question } : question, newId())
    },
    stop,
    retry() {
      const last = state.turns.at(-1)
      if (!last || state.busy) return
      const runId = last.run.getSnapshot().failure === UNREACHABLE ? last.runId : newId()
      void ask(state.turns.slice(0, -1), questionOf(last), runId)
    },
    async edit(index, prompt) {
      const turn = state.turns[index]
      if (!turn || state.busy) return false
      return ask(state.turns.slice(0, index), { ...questionOf(turn), prompt }, newId())
    },
    clear() {
      stop()
      show([])
      save()
    },
    save,
    adopt(stored) {
      const known = new Map(state.turns.map((turn) => [turn.runId, turn]))
      const turns = stored.map((turn): Turn => {
        const mine = known.get(turn.runId)
        if (!mine || isLost(mine, turn))
          return turnOf(turn, { started: turn.pending !== true, own: false }, following)
        return mine.started || turn.pending ? mine : { ...mine, started: true }
      })
      const same = turns.length === state.turns.length && turns.every((turn, i) => turn === state.turns[i])
      if (!same) show(turns)
    },
  }
}

const UNREACHABLE = { code: 'unreachable', message: 'The server cannot be reached.', retryable: true }
const NEVER_STARTED = { code: 'stopped', message: 'Stopped before it began.', retryable: true }

function refusalOf({ message, data }: CallError): Refusal {
  const wait = data?.retryAfterMs
  return { message, retryAt: wait === undefined ? undefined : Date.now() + wait }
}
