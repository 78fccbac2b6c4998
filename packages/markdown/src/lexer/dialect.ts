import { type MarkedOptions, type Token, Tokenizer, type TokenizerThis, type Tokens } from 'marked'
import type { Definitions } from './definitions.ts'
import type { MathToken, NoteReferenceToken, NoteToken } from './tokens.ts'

type Links = Parameters<Tokenizer['reflink']>[1]

const MAX_DEPTH = 16
/**
 * Limit of the characters searched in a piece for the ends of emphasis, links and maths. The rest of the piece is
 * searched for every mark without an end: without a limit, 8,000 characters of such marks take a second with each
 * update. Marks beyond the limit are text.
 */
const MAX_SEARCHED_CHARS = 250_000
/** Limit of a table's columns. Every row is filled up to its width, so a wide table could be 1000 times its text. */
const MAX_COLUMNS = 64
/** A `lastIndex` that no search sets. */
const UNUSED = -1
const NOTE_REFERENCE = /^\[\^([^\s[\]\\]{1,64})\]/
const NOTE =
  /^ {0,3}\[\^([^\s[\]\\]{1,64})\]:[ \t]*([^\n]+(?:\n(?![ \t]*\n| {0,3}(?:\[\^|#{1,6}\s|>|[-*+]\s|\d{1,9}[.)]\s|```|~~~))[^\n]+)*)(?:\n+|$)/
const INLINE_MATH = /^\$(?![\s$])(?:\\.|[^$\n\\])*?(?:\\.|[^\s$\\])\$(?!\d)|^\$\$(?:(?!\n[ \t]*\n)[^$])+\$\$/
const INLINE_TEX = /^\\\((?:(?!\n[ \t]*\n)[^])+?\\\)|^\\\[(?:(?!\n[ \t]*\n)[^])+?\\\]/
/** Display maths ends at its mark, or where a paragraph would end. */
const BLOCK_MATH =
  /^ {0,3}(?:\$\$(?:(?!\n[ \t]*\n)[^])*?(?:\$\$|(?=\n[ \t]*\n)|$)|\\\[(?:(?!\n[ \t]*\n)[^])*?(?:\\\]|(?=\n[ \t]*\n)|$))[ \t]*(?:\n|$)/

/**
 * GitHub's markdown as Claude writes it: HTML is text, maths is text without marks inside, and there are footnotes. A
 * reference that is not defined yet is a link without an address.
 */
export class Dialect extends Tokenizer {
  readonly #definitions: Definitions
  #depth = 0
  #searchedChars = 0

  constructor(definitions: Definitions) {
    super()
    this.#definitions = definitions
  }

  override html(): undefined {}

  override tag(): undefined {}

  override blockquote(src: string): Tokens.Blockquote | undefined {
    return this.#nested(() => super.blockquote(src))
  }

  override list(src: string): Tokens.List | undefined {
    return this.#nested(() => super.list(src))
  }

  override table(src: string): Tokens.Table | undefined {
    // Checks the first two lines first, because marked would search all rows for each line that looks like a head.
    const { inlineQueue } = this.lexer
    const { length } = inlineQueue
    const top = super.table(src.split('\n', 2).join('\n'))
    inlineQueue.length = length
    return top === undefined || top.header.length > MAX_COLUMNS ? undefined : super.table(src)
  }

  override escape(src: string): Tokens.Escape | undefined {
    return this.#tex(src) ?? super.escape(src)
  }

  override emStrong(
    src: string,
    maskedSrc: string,
    prevChar?: string,
  ): Tokens.Em | Tokens.Strong | undefined {
    const { emStrongRDelimAst, emStrongRDelimUnd } = this.rules.inline
    const end = src.startsWith('_') ? emStrongRDelimUnd : emStrongRDelimAst
    return this.#emphasis(src, end, () => super.emStrong(src, maskedSrc, prevChar))
  }

  override del(src: string, maskedSrc: string, prevChar?: string): Tokens.Del | undefined {
    return this.#emphasis(src, this.rules.inline.delRDelim, () => super.del(src, maskedSrc, prevChar))
  }

  override link(src: string): Tokens.Link | Tokens.Image | undefined {
    if (!/^!?\[[^[\]]*\]\(/.test(src)) return super.link(src)
    if (this.#searchedChars > MAX_SEARCHED_CHARS) return undefined
    const link = super.link(src)
    this.#searchedChars += (link?.raw ?? src).length
    return link
  }

  /** Takes a run of `!` at once. The lexer would search the run for the `@` of an address from each of them. */
  override inlineText(src: string): Tokens.Text | undefined {
    const raw = /^!!+(?![![])/.exec(src)?.[0]
    return raw === undefined ? super.inlineText(src) : { type: 'text', raw, text: raw, escaped: false }
  }

  override reflink(src: string, links: Links) {
    const note = NOTE_REFERENCE.exec(src)
    if (note) return this.#note(note[0], note[1] ?? '')
    const token = super.reflink(src, links)
    if (token?.type !== 'text' || this.#definitions.final) return token
    const [raw, text] = this.rules.inline.reflink.exec(src) ?? []
    if (raw === undefined || text === undefined) return token
    return { type: 'link' as const, raw, text, href: '', title: null, tokens: this.lexer.inlineTokens(text) }
  }

  #tex(src: string): Tokens.Escape | undefined {
    if (!/^\\[([]/.test(src) || this.#searchedChars > MAX_SEARCHED_CHARS) return undefined
    const raw = INLINE_TEX.exec(src)?.[0]
    this.#searchedChars += (raw ?? src).length
    return raw === undefined ? undefined : { type: 'escape', raw, text: raw }
  }

  /** The result of `find`, which uses the expression `end`. Counts how much that has searched. */
  #emphasis<Found extends Token>(src: string, end: RegExp, find: () => Found | undefined): Found | undefined {
    if (this.#searchedChars > MAX_SEARCHED_CHARS) return undefined
    // The lexer sets it when it starts to search, which most marks do not need.
    end.lastIndex = UNUSED
    const found = this.#nested(find)
    if (found) this.#searchedChars += found.raw.length
    else if (end.lastIndex !== UNUSED) this.#searchedChars += end.lastIndex || src.length
    return found
  }

  /** The lexer is recursive: a line of a thousand `>` would exhaust the stack. */
  #nested<Found>(find: () => Found | undefined): Found | undefined {
    if (this.#depth >= MAX_DEPTH) return undefined
    this.#depth++
    try {
      return find()
    } finally {
      this.#depth--
    }
  }

  #note(raw: string, label: string) {
    // A number is a footnote even without its note, as in a stopped answer; `[^abc]` may be a pattern.
    if (this.#definitions.final && !this.#definitions.notes.has(label) && /\D/.test(label))
      return { type: 'text' as const, raw, text: raw }
    const link = { type: 'link' as const, raw, text: label, href: '', title: null, tokens: [] }
    return { ...link, noteLabel: label } satisfies NoteReferenceToken
  }
}

function noteBlock(this: TokenizerThis, src: string): NoteToken | undefined {
  const note = NOTE.exec(src)
  if (!note) return undefined
  const [raw, label = '', text = ''] = note
  const tokens: Token[] = []
  this.lexer.inline(text, tokens)
  return { type: 'note', raw, label, tokens }
}

function mathBlock(src: string): MathToken | undefined {
  const raw = BLOCK_MATH.exec(src)?.[0]
  return raw === undefined ? undefined : { type: 'math', raw, text: raw.trim() }
}

function inlineMath(src: string): Tokens.Escape | undefined {
  const raw = src.startsWith('$') ? INLINE_MATH.exec(src)?.[0] : undefined
  return raw === undefined ? undefined : { type: 'escape', raw, text: raw }
}

export const EXTENSIONS: NonNullable<MarkedOptions['extensions']> = {
  renderers: {},
  childTokens: {},
  block: [noteBlock, mathBlock],
  inline: [inlineMath],
  startInline: [(src) => src.indexOf('$')],
}
