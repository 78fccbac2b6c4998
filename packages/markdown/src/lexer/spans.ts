import type { DialectToken } from './tokens.ts'

/** A block and where it stands. */
export interface Span {
  readonly token: DialectToken
  readonly start: number
  readonly end: number
}

/** The blocks of a lexed text in order, definitions among them. The last one goes on to the end. */
export function spansOf(source: string, tokens: readonly DialectToken[]): Span[] {
  const spans: Span[] = []
  let at = 0
  for (const token of tokens) {
    const start = at
    at += token.raw.length
    if (token.type !== 'space') spans.push({ token, start, end: at })
    // The lexer puts a line end of its own in the place of other blanks, or between blocks that it joins. From
    // there on it is one block, which is looked at again as it grows.
    if (!source.startsWith(token.raw, start)) break
  }
  const last = spans.at(-1)
  return last ? [...spans.slice(0, -1), { ...last, end: source.length }] : spans
}

/** Definitions are not shown. */
export function isVisible({ token }: Span): boolean {
  return token.type !== 'def'
}
