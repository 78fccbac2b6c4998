import type { RunView, ToolPart } from '@sluice/events'
import { toolViewOf } from './tool-views.ts'

/** What a call does, as a request: `Order “Milk”`. Undefined before its input is complete, and without a view. */
export function titleOf(part: ToolPart): string | undefined {
  const input = part.state === 'calling' ? undefined : jsonOf(part.input)
  try {
    return input && toolViewOf(part.name)?.title(input.value)
  } catch {
    // Its procedure refuses such an input too.
    return undefined
  }
}

/** As {@link titleOf}, for every call. */
export function requestOf(part: ToolPart): string {
  return titleOf(part) ?? `Use ${part.name}`
}

/** What the answer asks of the user: `Claude wants to order “Milk”. Allow or deny.` */
export function requestsOf({ parts }: RunView): string {
  const requests = parts.flatMap((part) =>
    part.type === 'tool' && part.state === 'waiting' ? [requestOf(part)] : [],
  )
  const wishes = requests.map((request) => request.charAt(0).toLowerCase() + request.slice(1))
  return `Claude wants to ${wishes.join(', and to ')}. Allow or deny.`
}

/** What became of a call. @param allowed By the user; undefined where the user was not asked or has not decided. */
export function stateWordsOf({ state, sources = [] }: ToolPart, allowed: boolean | undefined): string {
  switch (state) {
    case 'calling':
      return 'writing input'
    case 'waiting':
      if (allowed === undefined) return 'waiting'
      return allowed ? 'allowed' : 'denied'
    case 'running':
      return 'running'
    case 'done':
      if (sources.length > 0) return sources.length === 1 ? '1 page' : `${sources.length} pages`
      return 'done'
    case 'failed':
      return allowed === false ? 'denied' : 'failed'
    case 'dropped':
      return 'not executed'
    case 'unknown':
      return 'may have happened'
    default:
      return state satisfies never
  }
}

/** There are at most as many levels. Thousands cannot be written as JSON again, and indented they are megabytes. */
const MAX_BRACKETS = 1000

/** The value of a JSON text; undefined where it is none, as when it was cut, or where it could be nested too deep. */
export function jsonOf(text: string | undefined): { readonly value: unknown } | undefined {
  if (text === undefined || (text.match(/[[{]/g)?.length ?? 0) > MAX_BRACKETS) return undefined
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}
