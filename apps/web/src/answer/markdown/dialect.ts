import { type MarkedOptions, type Token, Tokenizer, type TokenizerThis, type Tokens } from 'marked'
import type { Definitions } from './definitions.ts'
import type { MathToken, NoteToken } from './tokens.ts'

type Links = Parameters<Tokenizer['reflink']>[1]

const MAX_DEPTH = 16
const NOTE_REFERENCE = /^\[\^([^\s[\]\\]{1,64})\]/
const NOTE =
  /^ {0,3}\[\^([^\s[\]\\]{1,64})\]:[ \t]*([^\n]+(?:\n(?![ \t]*\n| {0,3}(?:\[\^|#{1,6}\s|>|[-*+]\s|\d{1,9}[.)]\s|```|~~~))[^\n]+)*)(?:\n+|$)/
const INLINE_MATH = /^\$(?![\s$])(?:\\.|[^$\n\\])*?(?:\\.|[^\s$\\])\$(?!\d)|^\$\$(?:(?!\n[ \t]*\n)[^$])+\$\$/
const INLINE_TEX = /^\\\((?:(?!\n[ \t]*\n)[^])+?\\\)|^\\\[(?:(?!\n[ \t]*\n)[^])+?\\\]/
/** Displayed maths ends at its mark, or where a paragraph would. */
const BLOCK_MATH =
  /^ {0,3}(?:\$\$(?:(?!\n[ \t]*\n)[^])*?(?:\$\$|(?=\n[ \t]*\n)|$)|\\\[(?:(?!\n[ \t]*\n)[^])*?(?:\\\]|(?=\n[ \t]*\n)|$))[ \t]*(?:\n|$)/

/**
 * GitHub's markdown as Claude writes it: HTML is text, maths is text that nothing inside is a mark of, and
 * there are footnotes. A reference that is not defined yet is a link in waiting.
 */
export class Dialect extends Tokenizer {
  readonly #definitions: Definitions
  #depth = 0

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

  override escape(src: string): Tokens.Escape | undefined {
    const math = INLINE_TEX.exec(src)?.[0]
    return math === undefined ? super.escape(src) : { type: 'escape', raw: math, text: math }
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

  /** The lexer calls itself for what is inside: a line of a thousand `>` would exhaust the stack. */
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
    // A number is a footnote also without its note, as where an answer was stopped; `[^abc]` may be a pattern.
    if (this.#definitions.final && !this.#definitions.notes.has(label) && /\D/.test(label))
      return { type: 'text' as const, raw, text: raw }
    return { type: 'link' as const, raw, text: label, href: `${NOTE_HREF}${label}`, title: null, tokens: [] }
  }
}

/** What the link to a footnote starts with, in the tokens; no address on the web does. */
export const NOTE_HREF = '^'

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
