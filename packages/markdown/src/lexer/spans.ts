import type { DialectToken } from './tokens.ts'

/** A block and its place in the text. */
export interface Span {
  readonly token: DialectToken
  readonly start: number
  readonly end: number
}

/** The blocks of a lexed text in order, including definitions. The last one extends to the end. */
export function spansOf(source: string, tokens: readonly DialectToken[]): Span[] {
  const spans: Span[] = []
  let at = 0
  for (const token of tokens) {
    const start = at
    at += token.raw.length
    if (token.type !== 'space') spans.push({ token, start, end: at })
    // The lexer may replace blanks by a line end, or add one between blocks that it joins. The rest then counts as one
    // block, which is parsed again as it grows.
    if (!source.startsWith(token.raw, start)) break
  }
  const last = spans.at(-1)
  return last ? [...spans.slice(0, -1), { ...last, end: source.length }] : spans
}

/** Definitions are not shown. */
export function isVisible({ token }: Span): boolean {
  return token.type !== 'def'
}
