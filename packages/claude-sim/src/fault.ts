/** All that can go wrong. True where it happens after N deltas: `reset@40`. */
const COUNTED = {
  none: false,
  status: false,
  hang: false,
  html: false,
  json: false,
  empty: false,
  error: true,
  reset: true,
  drop: true,
  eof: true,
  half: true,
  unterminated: false,
  badjson: true,
  stall: true,
  'stall-pings': true,
  bytes: false,
  refusal: true,
  max_tokens: true,
  unknown: false,
  reorder: false,
  badtool: false,
  badinput: false,
}

export interface Fault {
  name: keyof typeof COUNTED
  /** How many deltas of text and tool input are sent before it; the start and the end of a call count as one each. */
  at: number
}

/** As they are written: `html`, `reset@N`. */
export const FAULTS = Object.entries(COUNTED).map(([name, counted]) => (counted ? `${name}@N` : name))

/** `reset@12` → `{ name: 'reset', at: 12 }`; without `@N`, N is 0. Undefined when it is not a fault. */
export function parseFault(text: string): Fault | undefined {
  const [, name = '', at] = /^([a-z_-]+)(?:@(\d{1,7}))?$/.exec(text) ?? []
  if (!isFault(name) || (at !== undefined && !COUNTED[name])) return undefined
  return { name, at: Number(at ?? 0) }
}

function isFault(name: string): name is Fault['name'] {
  return Object.hasOwn(COUNTED, name)
}
