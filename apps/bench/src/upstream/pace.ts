/** How the upstream sends an answer, as its prompt says: `[[bench tps=80 tokens=1000 hold=1 group=a]]`. */
export interface Pace {
  /** Tokens per second; 0: as fast as the socket drains. */
  readonly tps: number
  /** Tokens of the answer. */
  readonly tokens: number
  /** Stays silent after the last token, and open. */
  readonly hold: boolean
  /** Its group in the ledger. */
  readonly group: string
}

export function promptFor({ tps, tokens, hold, group }: Pace): string {
  return `[[bench tps=${tps} tokens=${tokens} hold=${hold ? 1 : 0} group=${group}]]`
}

/** Finds it anywhere in a request's body, because every peer wraps the prompt in its own way. */
export function paceIn(body: string): Pace | undefined {
  const found = /\[\[bench tps=([\d.]+) tokens=(\d+) hold=([01]) group=([\w.-]+)\]\]/.exec(body)
  if (found === null) return undefined
  const [, tps = '', tokens = '', hold, group = ''] = found
  return { tps: Number(tps), tokens: Number(tokens), hold: hold === '1', group }
}
