interface Upstream {
  readonly claudeSent: number | undefined
  readonly held: number
}

/**
 * What has passed one stage has passed all before it, whatever they said: they were asked a moment before this
 * page, and Claude's text has neither of the events that the server puts around it.
 */
export function upstreamOf(known: Upstream | undefined, received: number): Upstream {
  const held = Math.max(known?.held ?? 0, received)
  return { held, claudeSent: known?.claudeSent === undefined ? undefined : Math.max(known.claudeSent, held) }
}
