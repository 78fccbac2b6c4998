import { openingOf } from './fence.ts'
import { type DialectToken, known } from './tokens.ts'

/** A place inside a long block. The text before it never changes again. */
export interface Cut {
  readonly at: number
  /** Text to put before the rest so that it is parsed as the same block: the opening of a fence, the head of a table. */
  readonly prefix: string
}

/** Longer blocks are cut between their lines, items or rows. */
const CUT_CHARS = 4096
/** A paragraph may be longer, because a cut in it is visible. */
const CUT_PARAGRAPH_CHARS = 8192

const BULLET = /^( {0,3}(?:[*+-]|\d{1,9}[.)]))([ \t]*)/

/** Where to cut a long block, which may still grow at its end; undefined where it need not be cut. */
export function cutLong(token: DialectToken, text: string): Cut | undefined {
  if (text.length <= CUT_CHARS) return undefined
  const line = text.lastIndexOf('\n') + 1
  const cut = cutOf(token, text, line)
  if (cut && cut.at > cut.prefix.length && cut.at <= text.length) return cut
  return text.length > CUT_PARAGRAPH_CHARS ? { at: betweenWords(text), prefix: '' } : undefined
}

function cutOf(token: DialectToken, text: string, line: number): Cut | undefined {
  if (token.type === 'code') {
    const opening = openingOf(text) ?? ''
    if (line > opening.length) return { at: line, prefix: opening }
    // A very long line.
    return text.length > CUT_PARAGRAPH_CHARS ? { at: wholeCharacters(text), prefix: opening } : undefined
  }
  if (token.type === 'list') {
    const at = token.items.slice(0, -1).reduce((sum, item) => sum + item.raw.length, 0)
    return at > 0 ? { at, prefix: '' } : { at: line, prefix: contextOf(token) }
  }
  if (token.type === 'blockquote') return { at: line, prefix: contextOf(token) }
  if (token.type === 'table') {
    const rows = text.indexOf('\n', text.indexOf('\n') + 1) + 1
    return rows > 0 && line > rows ? { at: line, prefix: text.slice(0, rows) } : undefined
  }
  return undefined
}

/** The marks of the list items and quotes that contain the end of the text, so that its rest continues there. */
function contextOf(token: DialectToken): string {
  const lines = contextLines(token)
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

function contextLines(token: DialectToken | undefined): string[] {
  if (token?.type === 'list') {
    const item = token.items.at(-1)
    const [, bullet = '', space = ''] = BULLET.exec(item?.raw ?? '') ?? []
    if (bullet === '') return []
    const indent = ' '.repeat(bullet.length + (space.length >= 1 && space.length <= 4 ? space.length : 1))
    return [bullet, ...contextLines(known(item?.tokens).at(-1)).map((line) => indent + line)]
  }
  if (token?.type === 'blockquote') return contextLines(known(token.tokens).at(-1)).map((line) => `> ${line}`)
  if (token?.type !== 'code') return []
  const opening = openingOf(token.raw)
  return opening === undefined ? [] : [opening.trimEnd()]
}

/** A cut before a letter, which cannot begin a list, heading or table. */
function betweenWords(text: string): number {
  for (let at = text.length - 1; at > text.length / 2; at--) {
    if (/^\s\p{L}/u.test(text.slice(at - 1, at + 1))) return at
  }
  return wholeCharacters(text)
}

function wholeCharacters(text: string): number {
  const unit = text.charCodeAt(text.length - 1)
  return unit >= 0xd8_00 && unit <= 0xdb_ff ? text.length - 1 : text.length
}
