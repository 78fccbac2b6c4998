/** UTF-16 code units. */
export const MAX_NAME_CHARS = 200

/**
 * A client's name for a file as it is stored and shown: without folders, of at most 200 UTF-16 code units, and with
 * U+FFFD for control characters and lone surrogates, which a database refuses or changes.
 */
export function fileName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? ''
  return (
    last
      .slice(0, MAX_NAME_CHARS)
      .replaceAll(/[\p{Cc}\p{Cs}]/gu, '\uFFFD')
      .trim() || 'file'
  )
}
