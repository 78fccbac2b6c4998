/** NaN without values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const [low = Number.NaN, high = low] = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1)
  return (low + high) / 2
}

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) }
}

/**
 * The median of the ratios of each round, in which both were measured within seconds. Rounds that lack one of them do
 * not count. NaN without any.
 */
export function pairedRatio(values: ReadonlyMap<number, number>, base: ReadonlyMap<number, number>): number {
  const ratios: number[] = []
  for (const [round, value] of values) {
    const other = base.get(round)
    if (other !== undefined && other > 0) ratios.push(value / other)
  }
  return median(ratios)
}
