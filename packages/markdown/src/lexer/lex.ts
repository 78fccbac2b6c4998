import { Lexer, type Token } from 'marked'
import { type Definitions, type Links, linkTable, NO_DEFINITIONS } from './definitions.ts'
import { Dialect, EXTENSIONS } from './dialect.ts'
import { type DialectToken, known } from './tokens.ts'

function createLexer(source: string, definitions: Definitions): Lexer {
  const lexer = new Lexer({ gfm: true, tokenizer: new Dialect(definitions), extensions: EXTENSIONS })
  // The lexer adds the definitions that it meets.
  const mayDefine = source.includes(']:')
  lexer.tokens.links = mayDefine ? linkTable(definitions.links) : definitions.links
  return lexer
}

export interface LexedBlocks {
  readonly tokens: readonly DialectToken[]
  /** Links and footnotes defined in this very text. */
  readonly links: Links
  readonly notes: readonly string[]
}

/** Where the blocks are, and what they define. What is inside them is left alone, which is most of the work. */
export function lexBlocks(source: string): LexedBlocks {
  const lexer = createLexer(source, NO_DEFINITIONS)
  const tokens = orPlain(source, () => lexer.blockTokens(source))
  const notes = tokens.flatMap((token) => (token.type === 'note' ? [token.label] : []))
  return { tokens, links: lexer.tokens.links, notes }
}

/** Everything about a text: blocks, and what is inside them. Line ends are `\n`. */
export function lex(source: string, definitions: Definitions): readonly DialectToken[] {
  return orPlain(source, () => createLexer(source, definitions).lex(source))
}

/** Text that the lexer cannot bear is shown as it is. */
function orPlain(source: string, lexed: () => readonly Token[]): readonly DialectToken[] {
  try {
    return known(lexed())
  } catch {
    return source === '' ? [] : [{ type: 'text', raw: source, text: source, escaped: false }]
  }
}
