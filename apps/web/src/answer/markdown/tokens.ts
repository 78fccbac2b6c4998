import type { MarkedToken, Token } from 'marked'

export interface NoteToken {
  readonly type: 'note'
  readonly raw: string
  readonly label: string
  readonly tokens: Token[]
}

export interface MathToken {
  readonly type: 'math'
  readonly raw: string
  readonly text: string
}

export type DialectToken = MarkedToken | NoteToken | MathToken

/** marked lets any extension's token be anything. These are all that ours makes. */
export function known(tokens: readonly Token[] | undefined): readonly DialectToken[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return (tokens ?? []) as readonly DialectToken[]
}
