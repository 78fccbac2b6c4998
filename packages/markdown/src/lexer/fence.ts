import { NO_DEFINITIONS } from './definitions.ts'
import { lex } from './lex.ts'

const OPENING = /^ {0,3}(?:`{3,}[^`\n]*|~{3,}[^\n]*)(?:\n|$)/

export function isFence(source: string): boolean {
  return OPENING.test(source)
}

/** The first line of a fence, with its line end. */
export function openingOf(source: string): string | undefined {
  return OPENING.exec(source)?.[0]
}

/** The language after the opening marks; empty without one. */
export function languageOf(source: string): string {
  return /^ {0,3}[`~]+[ \t]*([\w+#.-]{1,24})/.exec(source)?.[1] ?? ''
}

/** The code of a block that was cut into pieces, each of which has the opening of the fence. */
export function codeOfPieces(sources: readonly string[]): string {
  const last = sources.length - 1
  return sources
    .map((source, index) => codeOf(source) + (index < last && source.endsWith('\n') ? '\n' : ''))
    .join('')
}

/** The code in a block, fenced or indented. */
export function codeOf(source: string): string {
  for (const token of lex(source, NO_DEFINITIONS)) if (token.type === 'code') return token.text
  return ''
}
