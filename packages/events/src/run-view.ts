import { advance, extent } from './position.ts'
import type { ErrorCode, ReceivedEvent, RunEvent, TerminalEvent, Usage } from './run-event.ts'
import { addCost, addUsage } from './spent.ts'

/** A piece of an answer, in the order in which Claude made them. */
export type RunPart = TextPart | ToolPart

export interface TextPart {
  readonly type: 'thinking' | 'text' | 'json'
  readonly text: string
  /** What the text cites, in the order of their places. Default: nothing. */
  readonly citations?: readonly Citation[]
}

export interface WebSource {
  readonly url: string
  readonly title: string
}

interface Citation extends WebSource {
  /** How much of the text is before it, in UTF-16 code units. */
  readonly at: number
}

/** A call of a tool. */
export interface ToolPart extends Pick<Extract<RunEvent, { type: 'tool_call' }>, 'callId' | 'name' | 'by'> {
  readonly type: 'tool'
  /** JSON, complete from `waiting` or `running` on. */
  readonly input: string
  /**
   * `calling`: Claude writes its input. `waiting`: for a person to allow it. `done`, `failed`: it has an output. After the
   * end of a run, `dropped`: it was not executed; `unknown`: it may have been.
   */
  readonly state: 'calling' | 'waiting' | 'running' | 'done' | 'failed' | 'dropped' | 'unknown'
  readonly output: string | undefined
  /** What a search found, or the page that was read. Default: nothing. */
  readonly sources?: readonly WebSource[]
}

/** A finished call to Claude. */
type RunStep = Omit<Extract<RunEvent, { type: 'step' }>, 'type'>

/** The state of a run for a page that shows it. */
export interface RunView {
  readonly status: 'pending' | 'thinking' | 'streaming' | 'done' | 'failed'
  /** This view contains everything up to this position. */
  readonly position: number
  /** Empty before `start`, then the requested model, and after the first call the one that answered. */
  readonly model: string
  /** Empty before `start`. */
  readonly requestedModel: string
  readonly parts: readonly RunPart[]
  readonly steps: readonly RunStep[]
  /** Claude's stop reason, or one of ours; set when `status` is `done`. */
  readonly stopReason: string | undefined
  /** Known at the end. */
  readonly usage: Usage | undefined
  readonly costUsd: number | null | undefined
  /** Set when `status` is `failed`. */
  readonly error: { code: ErrorCode; message: string; retryable: boolean } | undefined
}

export const EMPTY_RUN_VIEW: RunView = {
  status: 'pending',
  position: 0,
  model: '',
  requestedModel: '',
  parts: [],
  steps: [],
  stopReason: undefined,
  usage: undefined,
  costUsd: undefined,
  error: undefined,
}

/** Whether the view contains the run's last event. */
export function hasEnded({ status }: Pick<RunView, 'status'>): boolean {
  return status === 'done' || status === 'failed'
}

/** What the answer says, without its thinking. A paragraph ends where a tool or a thought comes between. */
export function textOf(view: Pick<RunView, 'parts'>): string {
  return joined(view, 'text')
}

/** As {@link textOf}, what Claude thought. */
export function thinkingOf(view: Pick<RunView, 'parts'>): string {
  return joined(view, 'thinking')
}

function joined({ parts }: Pick<RunView, 'parts'>, type: TextPart['type']): string {
  return parts.flatMap((part) => (part.type === type ? [part.text] : [])).join('\n\n')
}

/** The view in which the next run of the same answer begins, as after an approval: what there is stays, and its costs count. */
export function continueView(view: RunView): RunView {
  return { ...view, status: 'pending', position: 0, stopReason: undefined, error: undefined }
}

/** The view after one more event. Pure. Empty text, and events after the end, change nothing. */
export function reduceRun(view: RunView, event: ReceivedEvent): RunView {
  if (hasEnded(view) || extent(event) === 0) return view
  const position = advance(view.position, event)
  switch (event.type) {
    case 'start':
      return { ...view, position, model: event.model, requestedModel: event.model }
    case 'thinking':
      return { ...view, position, status: 'thinking', parts: withText(view.parts, event) }
    case 'text':
      return {
        ...view,
        position,
        // White space is not visible: Claude may still be thinking.
        status: /\S/.test(event.text) ? 'streaming' : view.status,
        parts: withText(view.parts, event),
      }
    case 'json':
      return { ...view, position, status: 'streaming', parts: withText(view.parts, event) }
    case 'source':
      return { ...view, position, parts: withSource(view.parts, event) }
    case 'tool_call': {
      const { callId, name, by } = event
      const call = { type: 'tool', callId, name, by, input: '', state: 'calling', output: undefined } as const
      return { ...view, position, status: 'streaming', parts: [...view.parts, call] }
    }
    case 'tool_input':
      return {
        ...view,
        position,
        parts: withCall(view.parts, event, ({ input }) => ({ input: input + event.text })),
      }
    case 'tool_state':
      return { ...view, position, parts: withCall(view.parts, event, () => ({ state: event.state })) }
    case 'tool_result': {
      const result = { state: event.ok ? 'done' : 'failed', output: event.output } as const
      return { ...view, position, parts: withCall(view.parts, event, () => result) }
    }
    case 'step': {
      const { type: _, ...step } = event
      return { ...view, position, model: step.model, steps: [...view.steps, step] }
    }
    case 'done':
      return { ...ended(view, event), position, status: 'done', stopReason: event.stopReason }
    case 'error': {
      const { code, message, retryable } = event
      return { ...ended(view, event), position, status: 'failed', error: { code, message, retryable } }
    }
    case 'unknown':
      return { ...view, position }
    default:
      return event satisfies never
  }
}

function withText(parts: readonly RunPart[], { type, text }: TextPart): RunPart[] {
  const last = parts.at(-1)
  return last?.type === type
    ? [...parts.slice(0, -1), { ...last, text: last.text + text }]
    : [...parts, { type, text }]
}

type SourceEvent = Extract<RunEvent, { type: 'source' }>

/** A citation does not separate the text before it from the text after it. */
function withSource(parts: readonly RunPart[], event: SourceEvent): readonly RunPart[] {
  const { url, title, callId } = event
  if (callId !== undefined)
    return withCall(parts, { callId }, ({ sources = [] }) => ({ sources: [...sources, { url, title }] }))
  const last = parts.at(-1)
  if (last?.type !== 'text') return parts
  const citations = [...(last.citations ?? []), { url, title, at: last.text.length }]
  return [...parts.slice(0, -1), { ...last, citations }]
}

function withCall(
  parts: readonly RunPart[],
  { callId }: { callId: string },
  change: (part: ToolPart) => Partial<ToolPart>,
): RunPart[] {
  return parts.map((part) =>
    part.type === 'tool' && part.callId === callId ? { ...part, ...change(part) } : part,
  )
}

function ended(view: RunView, event: TerminalEvent): RunView {
  return {
    ...view,
    model: event.model ?? view.model,
    parts: view.parts.map((part) => (part.type === 'tool' ? settled(part, event) : part)),
    ...total(view, event),
  }
}

/**
 * Nothing is executed after the end of a run. A crash may have lost that a call was being executed, but no call is before
 * its input is complete.
 */
function settled(part: ToolPart, end: TerminalEvent): ToolPart {
  const { state } = part
  if (state !== 'calling' && state !== 'waiting' && state !== 'running') return part
  // It has changed nothing that the person would have to check.
  if (part.by === 'claude') return { ...part, state: 'dropped' }
  if (state === 'waiting' && end.type === 'done' && end.stopReason === 'approval') return part
  const crashed = end.type === 'error' && end.code === 'interrupted'
  const mayHaveRun = state === 'running' || (crashed && isComplete(part.input))
  return { ...part, state: mayHaveRun ? 'unknown' : 'dropped' }
}

function isComplete(json: string): boolean {
  try {
    JSON.parse(json)
    return true
  } catch {
    return false
  }
}

/** With what the earlier runs of the same answer cost. */
function total(
  before: Pick<RunView, 'usage' | 'costUsd'>,
  { usage, costUsd = null }: TerminalEvent,
): Pick<RunView, 'usage' | 'costUsd'> {
  if (!usage) return { usage: before.usage, costUsd: before.costUsd }
  if (!before.usage) return { usage, costUsd }
  return { usage: addUsage(before.usage, usage), costUsd: addCost(before.costUsd ?? null, costUsd) }
}
