/**
 * How many code units of `text` to take when at most `limit` fit: `limit`, or one less when that would part
 * a surrogate pair. Where there is no choice (a limit of 1 before a pair) the pair is parted; its halves
 * meet again in the reader's text. With `least` 0, for a text that follows others, there always is a choice.
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
