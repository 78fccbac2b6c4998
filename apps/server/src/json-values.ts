const QUOTE = '"'.charCodeAt(0)
const BACKSLASH = '\\'.charCodeAt(0)
const OPENING_OR_COMMA = new Set(['[', '{', ','].map((char) => char.charCodeAt(0)))

/**
 * Whether a JSON text has more than `max` values. It is not parsed for this: parsing a megabyte of `{},{},…` blocks
 * the process for a tenth of a second, and validating it for far longer. Fields and items at any depth count, and an
 * empty list or object counts twice.
 */
export function hasMoreValues(json: string, max: number): boolean {
  let values = 1
  let inString = false
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (inString) {
      if (code === BACKSLASH) at++
      else if (code === QUOTE) inString = false
    } else if (code === QUOTE) {
      inString = true
    } else if (OPENING_OR_COMMA.has(code)) {
      values++
      if (values > max) return true
    }
  }
  return false
}
