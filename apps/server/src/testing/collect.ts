import { advance, isTerminal, type RunEvent, RunEventSchema } from '@sluice/events'
import type { WireMessage } from './wire-client.ts'

export interface Collected {
  readonly events: RunEvent[]
  readonly text: string
  readonly thinking: string
  /** The position after the last event. */
  readonly position: number
  /** The last event, when it is `done` or `error`. */
  readonly terminal: Extract<RunEvent, { type: 'done' | 'error' }> | undefined
  /** Errors that tRPC itself sent into the stream. */
  readonly refusals: { message: string; code: string }[]
}

/**
 * Reads run events until the stream ends or `enough` returns true, and checks that every SSE id is the position that
 * follows from the lengths of the events. @throws when it is not: text was lost, repeated or moved.
 */
export async function collect(
  messages: AsyncIterable<WireMessage>,
  { after = 0, enough }: { after?: number; enough?: (soFar: Collected) => boolean | Promise<boolean> } = {},
): Promise<Collected> {
  const soFar = {
    events: [] as RunEvent[],
    text: '',
    thinking: '',
    position: after,
    terminal: undefined as Collected['terminal'],
    refusals: [] as { message: string; code: string }[],
  }
  // Not `for await`: leaving it early would close the connection, and a caller may want to read on.
  const iterator = messages[Symbol.asyncIterator]()
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
    const { id, name, data } = next.value
    if (name === 'serialized-error') {
      const { message, data: details } = data as { message: string; data: { code: string } }
      soFar.refusals.push({ message, code: details.code })
    }
    if (id === undefined || id === '' || name !== undefined) continue
    const event = RunEventSchema.parse(data)
    const expected = advance(soFar.position, event)
    if (String(expected) !== id)
      throw new Error(`expected position ${expected} after ${event.type}, got ${id}`)
    soFar.position = expected
    soFar.events.push(event)
    if (event.type === 'text') soFar.text += event.text
    if (event.type === 'thinking') soFar.thinking += event.text
    if (isTerminal(event)) soFar.terminal = event
    if (await enough?.(soFar)) break
  }
  return soFar
}
