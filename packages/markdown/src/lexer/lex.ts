import { Lexer, type Token } from 'marked'
import { type Definitions, type Links, linkTable, NO_DEFINITIONS } from './definitions.ts'
import { Dialect, EXTENSIONS } from './dialect.ts'
import { type DialectToken, known } from './tokens.ts'

function createLexer(source: string, definitions: Definitions): Lexer {
  const lexer = new Lexer({ gfm: true, tokenizer: new Dialect(definitions), extensions: EXTENSIONS })
  // The lexer adds definitions to this table.
  const mayDefine = source.includes(']:')
  lexer.tokens.links = mayDefine ? linkTable(definitions.links) : definitions.links
  return lexer
}

export interface LexedBlocks {
  readonly tokens: readonly DialectToken[]
  /** Links and footnotes defined in this text. */
  readonly links: Links
  readonly notes: readonly string[]
}

/** Finds blocks and their definitions. Skips inline content, which would be most of the work. */
export function lexBlocks(source: string): LexedBlocks {
  const lexer = createLexer(source, NO_DEFINITIONS)
  const tokens = orPlain(source, () => lexer.blockTokens(source))
  const notes = tokens.flatMap((token) => (token.type === 'note' ? [token.label] : []))
  return { tokens, links: lexer.tokens.links, notes }
}

/** Lexes blocks and their inline content. Line ends are `\n`. */
export function lex(source: string, definitions: Definitions): readonly DialectToken[] {
  return orPlain(source, () => createLexer(source, definitions).lex(source))
}

/** If the lexer fails, the text is shown as it is. */
function orPlain(source: string, lexed: () => readonly Token[]): readonly DialectToken[] {
  try {
    return known(lexed())
  } catch {
    return source === '' ? [] : [{ type: 'text', raw: source, text: source, escaped: false }]
  }
}
