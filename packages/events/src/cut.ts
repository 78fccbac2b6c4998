/**
 * How many code units of `text` to take when at most `limit` fit: `limit`, or one less when that would split a surrogate
 * pair. A limit of 1 before a pair has to split it; its halves are joined in the reader's text. With `least` 0, for a
 * text that follows other text, nothing is taken instead.
 */
export function cutLength(text: string, limit: number, least: 0 | 1 = 1): number {
  if (limit >= text.length) return text.length
  if (
    limit > least &&
    isHighSurrogate(text.charCodeAt(limit - 1)) &&
    isLowSurrogate(text.charCodeAt(limit))
  ) {
    return limit - 1
  }
  return Math.max(0, limit)
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd8_00 && unit <= 0xdb_ff
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc_00 && unit <= 0xdf_ff
}
