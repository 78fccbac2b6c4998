import { cutLength } from '@sluice/events'

/** A text as one line of visible characters, at most `maxChars` UTF-16 code units long. */
export function plainLine(text: string | null | undefined, maxChars: number): string {
  const line = (text ?? '').replaceAll(/[\p{C}\s]+/gu, ' ').trim()
  return line.length <= maxChars ? line : `${line.slice(0, cutLength(line, maxChars - 1)).trimEnd()}…`
}
