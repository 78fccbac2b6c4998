import type { MarkedToken, Token, Tokens } from 'marked'

export interface NoteToken {
  readonly type: 'note'
  readonly raw: string
  readonly label: string
  readonly tokens: Token[]
}

/** `[^label]`. It is a link for the lexer, which accepts only its own token types here. */
export interface NoteReferenceToken extends Tokens.Link {
  readonly noteLabel: string
}

export function isNoteReference(token: Tokens.Link): token is NoteReferenceToken {
  return 'noteLabel' in token
}

export interface MathToken {
  readonly type: 'math'
  readonly raw: string
  readonly text: string
}

export type DialectToken = MarkedToken | NoteToken | MathToken

export function known(tokens: readonly Token[] | undefined): readonly DialectToken[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- marked does not type extension tokens; these are all of ours
  return (tokens ?? []) as readonly DialectToken[]
}
