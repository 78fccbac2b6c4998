import { advance, type ReceivedEvent, type RunView } from '@sluice/events'
import type { Growing, Of } from './growing.ts'
import { createPartialJson, type PartialJson } from './partial-json.ts'
import type { RunSnapshot, RunStore } from './run-store.ts'

/** A run whose output is a `T`. */
export interface TypedRunSnapshot<T> extends RunSnapshot {
  /** What there is so far, and what remains of an answer that failed. Undefined before there is anything. */
  readonly partial: Growing<T> | undefined
  /** All of it, once the server has checked that it fits. */
  readonly value: T | undefined
  /** Whether an object or an array in `partial` is complete, though not checked. */
  readonly isFinished: <Part>(part: Of<Part>) => part is Of<Part> & Part
}

export interface TypedRunStore<T> extends Pick<RunStore, 'subscribe'> {
  readonly getSnapshot: () => TypedRunSnapshot<T>
}

/**
 * The output of a run as it grows. A snapshot has the run's and what its JSON says, so both are rendered and acknowledged
 * together.
 */
export function createTypedRunStore<T>(run: RunStore): TypedRunStore<T> {
  const listeners = new Set<() => void>()
  let json: PartialJson | undefined
  /** A thought or a call came after it: with tools, there may be several. The last one counts. */
  let isJsonOver = false
  /** Everything up to here was given to the parser. */
  let position = 0
  let isParsing = false
  let latest = run.getSnapshot()
  let snapshot = snapshotOf(latest)
  let leave: (() => void) | undefined

  function isFinished<Part>(part: Of<Part>): part is Of<Part> & Part {
    return json?.isFinished(part) ?? false
  }

  function snapshotOf(of: RunSnapshot): TypedRunSnapshot<T> {
    const { status, stopReason } = of.view
    const parsed: unknown = json?.value()
    /* oxlint-disable typescript/no-unsafe-type-assertion -- Claude writes what the server has asked for, and the server checks it at the end */
    return {
      ...of,
      partial: parsed as Growing<T> | undefined,
      value: status === 'done' && stopReason === 'end_turn' ? (parsed as T | undefined) : undefined,
      /* oxlint-enable typescript/no-unsafe-type-assertion */
      isFinished,
    }
  }

  function publish() {
    isParsing = false
    snapshot = snapshotOf(latest)
    for (const listener of listeners) listener()
  }

  function update() {
    latest = run.getSnapshot()
    const { view } = latest
    const events = run.latestEvents()
    // Only what is new: the text of a view costs more to cut, the longer it is.
    if (view.position !== position && view.position === events.reduce(advance, position)) events.forEach(take)
    else if (view.position !== position) takeAll(view)
    ;({ position } = view)
    if (!isParsing) publish()
  }

  function take(event: ReceivedEvent) {
    if (event.type === 'json') {
      if (json === undefined || isJsonOver) json = createPartialJson(publish)
      isJsonOver = false
      isParsing = true
      json.write(event.text)
    } else if (event.type === 'thinking' || event.type === 'tool_call') isJsonOver = true
  }

  function takeAll({ parts }: RunView) {
    json = undefined
    const index = parts.findLastIndex(({ type }) => type === 'json')
    const part = parts[index]
    if (part?.type !== 'json') return
    take({ type: 'json', text: part.text })
    isJsonOver = index < parts.length - 1
  }

  return {
    getSnapshot: () => snapshot,
    subscribe(listener) {
      if (listeners.size === 0) leave = run.subscribe(update)
      listeners.add(listener)
      if (run.getSnapshot() !== latest || latest.view.position !== position) update()
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) leave?.()
      }
    },
  }
}
