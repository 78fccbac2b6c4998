import { closeMarks, type Closing } from './close-marks.ts'
import { isFence } from './fence.ts'
import { lexBlocks } from './lex.ts'
import { type DialectToken, known } from './tokens.ts'

/** A line that may become a heading, an item, a rule, a fence, or the underline of a heading. */
const HALF_MARK = /^(?:#{1,6}|[-*+_=]+|\d{1,9}[.)]?|[`~]+|\||\[[ xX]?\]?)$/
/** At the start of a block: a link, or a definition, which would not be shown. */
const HALF_DEFINITION = /^ {0,3}\[(?!\^)[^\]\n]*(?:\](?::.*)?)?$/
const HALF_NOTE = /^ {0,3}\[\^[^\]\n]*(?:\]:?[ \t]*)?$/
/** Such lines that can be read when nothing follows: a number, or text in brackets. */
const READABLE = /^ {0,3}(?:\d+|\[(?!\^)[^\]\n]{2,}\]?)\s*$/
const RULE_SO_FAR = /^[ \t]*\|?[ \t:|-]*$/

/** The source of the last block, changed so that it already looks as it will when it is complete. */
export function closeTail(source: string, closing: Closing = {}): string {
  if (isFence(source)) return source.replace(/\n[ \t]*[`~]+[ \t]*$/, '\n')
  const table = headOfTable(source, (cell) => closeMarks(cell, closing))
  if (table !== undefined) return table
  if (/\n[ \t]*\n[ \t]*$/.test(source)) return source
  const lineStart = source.lastIndexOf('\n') + 1
  const line = source.slice(lineStart)
  const bare = line.replace(CONTAINERS, '')
  const isHalf = HALF_MARK.test(bare.trim()) || HALF_MARK.test(line.trim()) || isHalfDefinition(source, bare)
  if (isHalf && !(closing.brokeOff && READABLE.test(bare))) return source.slice(0, lineStart)

  const leaf = lastLeaf(lastOf(lexBlocks(source).tokens))
  if (!leaf || leaf.type === 'code' || leaf.type === 'math' || leaf.type === 'hr') return source
  const start = startOf(leaf, source)
  return source.slice(0, start) + closeMarks(source.slice(start), closing)
}

const CONTAINERS = /^(?:[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t])))*[ \t]*/

/** Without a blank line before it, a bracket at the start of a line continues the paragraph. */
function isHalfDefinition(source: string, line: string): boolean {
  if (!HALF_DEFINITION.test(line) && !HALF_NOTE.test(line)) return false
  const before = source.slice(0, -line.length).trimEnd()
  return before === '' || /(?:^|\n) {0,3}\[[^\]\n]+\]:[^\n]*$/.test(before)
}

/** The source of a block that will not grow. A table that breaks off anywhere stays a table. */
export function closeTable(source: string): string {
  return headOfTable(source, (cell) => cell) ?? source
}

/**
 * Completes a first row, or a first row and a part of the rule below it, to a table. Without a rule, the row must begin
 * with a bar and a blank, because `|x|` is maths.
 */
function headOfTable(source: string, close: (cell: string) => string): string | undefined {
  if (!/^ {0,3}\|[ \t]*[^\s|]/.test(source)) return undefined
  const [head = '', rule = '', ...rest] = source.trimEnd().split('\n')
  if (rest.length > 0 || !RULE_SO_FAR.test(rule)) return undefined
  if (!rule.includes('-') && !/^ {0,3}\|[ \t]/.test(head)) return undefined
  const cells = head
    .trim()
    .replace(/(?<!\\)\|$/, '')
    .split(/(?<!\\)\|/)
  const last = cells.pop() ?? ''
  if ((rule.match(/-+/g)?.length ?? 0) >= cells.length) return source
  return `${[...cells, close(last)].join('|')} |\n|${cells.map(() => ' - |').join('')}`
}

function lastLeaf(token: DialectToken | undefined): DialectToken | undefined {
  if (token?.type === 'list') return lastLeaf(lastOf(known(token.items.at(-1)?.tokens)))
  if (token?.type === 'blockquote') return lastLeaf(lastOf(known(token.tokens)))
  return token
}

function lastOf(tokens: readonly DialectToken[]): DialectToken | undefined {
  return tokens.findLast(({ type }) => type !== 'space')
}

/** Where the inline text of the last block begins. In the source it may be indented. */
function startOf(leaf: DialectToken, source: string): number {
  if (leaf.type === 'table') return source.search(/(?<!\\)\|[^|\n]*\|?[ \t]*$/) + 1
  const lines = leaf.raw.trimEnd().split('\n')
  let start = source.trimEnd().length
  for (let back = 0; back < lines.length; back++) start = source.lastIndexOf('\n', start - 1)
  const end = source.indexOf('\n', start + 1)
  return Math.max(0, (end < 0 ? source.length : end) - (lines[0]?.length ?? 0))
}
