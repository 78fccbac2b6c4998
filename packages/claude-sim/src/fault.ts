/** What can go wrong on request. `@N` counts text deltas that arrive before it does; without it N is 0. */
export const FAULTS = {
  none: 'no fault, also where the simulator’s defaults ask for one',
  status: 'an HTTP error; `code` (default 529), `retry-after` seconds, `error-type`',
  hang: 'the request is taken and never answered, not even with headers',
  html: '200 with a `text/html` page',
  json: '200 with a whole JSON message instead of a stream',
  empty: '200 with an empty body',
  error: 'SSE `error` event after N deltas, then the end; `error-type` (default `overloaded_error`)',
  reset: 'the socket is reset (RST) after N deltas',
  drop: 'the socket is closed (FIN) after N deltas, in the middle of the HTTP body',
  eof: 'the HTTP body ends cleanly after N deltas, without `message_stop`',
  half: 'half an event after N deltas, then a clean end',
  unterminated: 'everything is sent, but `message_stop` lacks its blank line',
  badjson: 'an event with broken JSON after N deltas; the stream goes on',
  stall: 'silence for ever after N deltas',
  'stall-pings': 'nothing but pings for ever after N deltas',
  bytes: 'one byte per HTTP chunk, so that characters are cut in two',
  refusal: '`stop_reason: refusal` after N deltas',
  max_tokens: '`stop_reason: max_tokens` after N deltas',
  unknown: 'events, blocks and deltas of unknown types in between; a client skips them',
  reorder: 'the text block before the thinking block',
} as const

export type FaultName = keyof typeof FAULTS

export interface Fault {
  name: FaultName
  /** After how many text deltas. */
  at: number
}

const COUNTED: ReadonlySet<FaultName> = new Set([
  'error',
  'reset',
  'drop',
  'eof',
  'half',
  'badjson',
  'stall',
  'stall-pings',
  'refusal',
  'max_tokens',
])

export const FAULT_GRAMMAR = `one of ${Object.keys(FAULTS)
  .map((name) => (isFaultName(name) && COUNTED.has(name) ? `${name}[@N]` : name))
  .join(', ')}`

/** `reset@12` → `{ name: 'reset', at: 12 }`; undefined when it is not a fault. */
export function parseFault(text: string): Fault | undefined {
  const match = /^([a-z_-]+)(?:@(\d{1,7}))?$/.exec(text)
  const name = match?.[1]
  const at = match?.[2]
  if (name === undefined || !isFaultName(name)) return undefined
  if (at !== undefined && !COUNTED.has(name)) return undefined
  return { name, at: Number(at ?? 0) }
}

function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(FAULTS, name)
}
