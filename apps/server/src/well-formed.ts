/** Replaces what Postgres refuses or changes in text, NUL and lone surrogates, by U+FFFD. */
export function toWellFormed(text: string): string {
  return text.replaceAll(/[\0\p{Surrogate}]/gu, '\ufffd')
}
