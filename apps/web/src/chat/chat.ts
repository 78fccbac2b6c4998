import {
  createStartOnce,
  isOver,
  newId,
  pageClock,
  type PageClock,
  type RunsApi,
  type RunStore,
} from '@sluice/client'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ChatRegenerate, ChatSend, Conversation, Message } from '../api.ts'
import { type AnswerRun, startingRun, withNextRuns } from './answer-runs.ts'
import { branchOf, type Choices, type Step } from './branch.ts'
import { createDecider, type DecisionInput, type DecisionResult, isGoingOn } from './decisions.ts'
import { contentOf, type Question, questionOf } from './question.ts'
import { type Refusal, refusalOf } from './refusal.ts'
import type { AskSettings } from './settings.ts'
import { createShownRuns, NEVER_STARTED, UNREACHABLE } from './shown-runs.ts'
import { isSameTurn, type Turn } from './turn.ts'

export interface ChatState {
  /** The branch that is shown. */
  readonly turns: readonly Turn[]
  /** The last turn has no end yet. */
  readonly busy: boolean
  readonly stopping: boolean
  /** Why the last question was not accepted. */
  readonly refusal: Refusal | undefined
  /** The server has the conversation, so it can be read. */
  readonly exists: boolean
}

/** A question to send, or one to answer again. */
export type ChatStart = ChatSend | ChatRegenerate

/** The server's procedures, as far as a chat needs them. */
export interface ChatApi {
  /**
   * The owner is a cookie that the first response sets. Two first requests side by side would make two owners, and the
   * answer of one would be hidden from the other: `ready` must join one that is under way.
   */
  ready(): Promise<unknown>
  start(start: ChatStart): Promise<unknown>
  decide(decision: DecisionInput): Promise<DecisionResult>
  readonly runs: RunsApi
}

export interface ChatOptions {
  api: ChatApi
  /** Of a conversation that the server has. Default: a new one. */
  id?: string | undefined
  clock?: PageClock
  /** Read for every question. Default: the server's. */
  settings?: () => AskSettings
  /** Called when the server has accepted the first question of a new conversation, before that is shown. */
  onAccepted?: (conversationId: string) => void
  /**
   * Called with a question that is not going to be sent, and so is the user's again. Without an id: of a conversation that
   * the server does not have.
   */
  onUnsent?: (question: Question, conversationId: string | undefined) => void
  /** Called when the server has something new: an accepted or refused question, or the end of an answer. */
  onChange?: () => void
  /** See {@link createRunStore}. */
  charsPerSecond?: () => number
}

export interface Chat extends Omit<StoreApi<ChatState>, 'setState'> {
  readonly id: string
  /** Nothing has been asked in it. */
  readonly isNew: () => boolean
  /** Takes over the conversation as the server has it. Runs that are followed here stay followed. */
  readonly receive: (conversation: Pick<Conversation, 'messages'>) => void
  /** Asks. Resolves to false when the server refused: the question is the caller's again. */
  readonly send: (question: string | Question) => Promise<boolean>
  /** Ends the answer that is being written, also one that has not begun. */
  readonly stop: () => void
  /** Has the last question answered again. After an unanswered start under the same id, in case it did begin. */
  readonly retry: () => void
  /** Asks `prompt` as another version of a turn's question. */
  readonly edit: (turn: Turn, prompt: string) => Promise<boolean>
  /** Allows a call of the last answer that waits for it, or denies it. After the last decision the answer goes on. */
  readonly decide: (callId: string, approve: boolean) => void
  /** Shows the branch with this version of a question or an answer. */
  readonly choose: (messageId: string) => void
  /** Gives back a question that the server has not accepted, before the chat is forgotten. */
  readonly close: () => void
}

/** What is asked here, and not among the server's messages yet. */
interface Asked {
  readonly start: ChatStart
  readonly messages: readonly Message[]
  readonly started: boolean
}

/**
 * A conversation as a zustand store: the branch of it that is shown, and at most one answer at a time. It holds the
 * server's messages, the question that the server does not have yet, and a run store for each answer that was shown.
 */
export function createChat(options: ChatOptions): Chat {
  const { api, id = newId(), clock = pageClock, settings, charsPerSecond } = options
  const { onAccepted, onUnsent, onChange = () => {} } = options
  const startOnce = createStartOnce(api, clock)
  const runs = createShownRuns({ runs: api.runs, clock, charsPerSecond })
  const exists = options.id !== undefined
  const store = createStore<ChatState>(() => ({ ...NOTHING_ASKED, exists }))
  const { getState, setState } = store
  const decider = createDecider({
    decide: (decision) => api.decide(decision),
    clock,
    onDecision: () => show(),
    onNextRun,
    onConflict() {
      setState({ refusal: { message: DECIDED_ELSEWHERE, retryAt: undefined } })
      onChange()
    },
  })
  const nextRuns = new Map<string, readonly AnswerRun[]>()
  let messages: readonly Message[] = []
  let chosen: Choices = new Map()
  let asked: Asked | undefined
  let unwanted = new AbortController()
  let watched: RunStore | undefined
  let forgetRun: (() => void) | undefined

  /** All messages, with what the server has not told of yet. */
  function known(): Message[] {
    return [...messages, ...(asked?.messages ?? [])].map((message) => withNextRuns(message, nextRuns))
  }

  /** Shows the branch, with all that has changed. */
  function show(change: Partial<ChatState> = {}) {
    const before = getState().turns
    const turns = branchOf(known(), chosen).map((step, index) => {
      const turn = turnOf(step)
      return before[index] && isSameTurn(before[index], turn) ? before[index] : turn
    })
    const last = turns.at(-1)
    const run = last?.run
    const busy = last !== undefined && (!isOver(last.run.getSnapshot()) || isGoingOn(last))
    setState({ turns, busy, stopping: busy && run === watched && getState().stopping, ...change })
    if (run !== watched) watch(run)
  }

  function watch(run: RunStore | undefined) {
    forgetRun?.()
    watched = run
    if (!run || isOver(run.getSnapshot())) return
    const forget = run.subscribe(() => {
      if (!isOver(run.getSnapshot())) return
      forget()
      setState({ busy: false, stopping: false })
      // In a task of its own, after the last words are shown.
      clock.after(0, onChange)
    })
    forgetRun = forget
  }

  function turnOf(step: Step): Turn {
    const { messageId } = step.answer
    const own = asked?.start.runId === messageId ? asked : undefined
    return {
      ...questionOf(step.question.content),
      ...runs.of(step.answer, own !== undefined),
      step,
      started: own?.started ?? true,
      leftOut: step.answer.runs.at(-1)?.leftOut ?? 0,
      decisions: decider.decisionsOf(messageId),
    }
  }

  function onNextRun(answerId: string, runId: string) {
    const { turns, stopping } = getState()
    const turn = turns.find(({ step }) => step.answer.messageId === answerId)
    // Where the server has told of it already, it is shown.
    if (turn && turn.run.runId !== runId) {
      runs.continueWith(runId, turn)
      const next = startingRun(runId, new Date().toISOString())
      nextRuns.set(answerId, [...(nextRuns.get(answerId) ?? []), next])
      show()
      if (stopping && watched?.runId === runId) {
        setState({ stopping })
        requestStop(watched)
      }
    }
    onChange()
  }

  async function ask(start: ChatStart): Promise<boolean> {
    const { runId } = start
    const asking = (unwanted = new AbortController())
    if (asked?.started) {
      messages = [...messages, ...asked.messages]
      asked = undefined
    }
    const before = { asked, chosen }
    const unsent = 'content' in start && isSameContent(asked?.start, start) ? undefined : unsentQuestion()
    const restoreRun = runs.forget(runId)
    showAsked(start)
    const end = await startOnce(start, asking.signal)
    const isUnwanted = asking.signal.aborted
    if (end.type === 'refused') {
      ;({ asked, chosen } = before)
      restoreRun()
      show({ refusal: refusalOf(end.error) })
      return false
    }
    if (unsent) giveBack(unsent)
    if (end.type === 'started') {
      if (asked?.start === start) asked = { ...asked, started: true }
      if (!getState().exists) onAccepted?.(id)
      show({ exists: true })
    }
    const run = runs.get(runId)
    // Even without a response: the server may have received the start.
    if (run && isUnwanted && (end.type === 'started' || end.type === 'unanswered')) requestStop(run)
    if (end.type === 'unanswered' || end.type === 'unheard')
      run?.fail(isUnwanted ? NEVER_STARTED : UNREACHABLE)
    else onChange()
    return true
  }

  /** The question that the server has not accepted, if there is one. */
  function unsentQuestion(): Question | undefined {
    return asked && !asked.started && 'content' in asked.start ? questionOf(asked.start.content) : undefined
  }

  function giveBack(question: Question) {
    onUnsent?.(question, getState().exists ? id : undefined)
  }

  /** Shows what is asked as the server will have it, after what is shown now. */
  function showAsked(start: ChatStart) {
    const { runId } = start
    const createdAt = new Date().toISOString()
    const isSend = 'content' in start
    const questionId = isSend ? `question of ${runId}` : start.messageId
    const answer = {
      messageId: runId,
      parentId: questionId,
      createdAt,
      runs: [startingRun(runId, createdAt)],
    }
    const added: Message[] = [{ role: 'assistant', ...answer }]
    const pins = getState().turns.flatMap(({ step: { question, answer: shown } }) => [question, shown])
    if (isSend) {
      const { parentId, content } = start
      added.unshift({ role: 'user', messageId: questionId, parentId, createdAt, content })
    }
    asked = { start, messages: added, started: false }
    // What another tab asks meanwhile does not change the branch that is shown here.
    chosen = new Map([...pins, ...added].map(({ parentId, messageId }) => [parentId, messageId]))
    show({ refusal: undefined })
  }

  function requestStop(run: RunStore) {
    run.stop().catch(() => {
      // By now, it may be another answer that is being stopped.
      if (watched === run) setState({ stopping: false })
    })
  }

  function sendAfter(parentId: string | null, question: Question): Promise<boolean> {
    const content = contentOf(question)
    return ask({ conversationId: id, runId: newId(), parentId, content, ...settings?.() })
  }

  return {
    ...store,
    id,
    isNew: () => !getState().exists && getState().turns.length === 0,
    receive(conversation) {
      messages = conversation.messages
      if (messages.some(({ messageId }) => messageId === asked?.start.runId)) asked = undefined
      show()
    },
    async send(question) {
      // The second of two fast presses of Enter finds the first one's run.
      if (getState().busy) return false
      // After the last one that the server has.
      const parentId = getState().turns.findLast(({ started }) => started)?.step.answer.messageId ?? null
      return sendAfter(parentId, typeof question === 'string' ? { prompt: question } : question)
    },
    stop() {
      const turn = getState().turns.at(-1)
      if (!turn || !getState().busy || getState().stopping) return
      setState({ stopping: true })
      if (!turn.started) unwanted.abort()
      // With its next run: see `onNextRun`.
      else if (!isGoingOn(turn)) requestStop(turn.run)
    },
    retry() {
      const last = getState().turns.at(-1)
      if (!last || getState().busy) return
      const { messageId } = last.step.question
      const own = asked?.start.runId === last.step.answer.messageId ? asked : undefined
      if (!own) void ask({ runId: newId(), messageId, ...settings?.() })
      else if (last.run.getSnapshot().failure === UNREACHABLE) void ask(own.start)
      // One that is confirmed has its question's id in a moment: see `onChange`.
      else if (!own.started) void ask({ ...own.start, runId: newId() })
    },
    async edit(turn, prompt) {
      if (getState().busy) return false
      const accepted = await sendAfter(turn.step.question.parentId, { ...turn, prompt })
      if (!accepted) giveBack({ prompt })
      return accepted
    },
    decide(callId, approve) {
      const answerId = getState().turns.at(-1)?.step.answer.messageId
      if (answerId !== undefined) void decider.decide(answerId, callId, approve)
    },
    choose(messageId) {
      const message = known().find((one) => one.messageId === messageId)
      if (!message || getState().busy) return
      chosen = new Map(chosen).set(message.parentId, messageId)
      show()
    },
    close() {
      const unsent = unsentQuestion()
      if (unsent) giveBack(unsent)
    },
  }
}

const NOTHING_ASKED = { turns: [], busy: false, stopping: false, refusal: undefined }
const DECIDED_ELSEWHERE = 'This was already decided in another tab or on another device.'

function isSameContent(start: ChatStart | undefined, other: ChatSend): boolean {
  return start !== undefined && 'content' in start && start.content === other.content
}
