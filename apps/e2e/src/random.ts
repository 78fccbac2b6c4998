/** Pseudo-random draws, repeatable by seed. */
export interface Random {
  /** In [0, 1). */
  next(): number
  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number
  chance(probability: number): boolean
  pick<T>(choices: readonly T[]): T
  /** One of the choices, with probabilities in proportion to the weights. */
  weighted<T>(choices: readonly (readonly [weight: number, choice: T])[]): T
  /** From `low` to `high`, small numbers as likely as large ones. */
  spread(low: number, high: number): number
}

/** Each `stream` of a seed is an independent sequence. */
export function createRandom(seed: number, stream = ''): Random {
  let state = seed >>> 0
  for (const char of stream) state = Math.imul(state ^ char.charCodeAt(0), 0x01_00_01_93) >>> 0

  // mulberry32
  function next() {
    state = (state + 0x6d_2b_79_f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  function weighted<T>(choices: readonly (readonly [number, T])[]): T {
    let left = next() * choices.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, choice] of choices) {
      left -= weight
      if (left < 0) return choice
    }
    throw new Error('nothing to draw from')
  }

  return {
    next,
    int: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (probability) => next() < probability,
    pick: (choices) => weighted(choices.map((choice) => [1, choice] as const)),
    weighted,
    spread: (low, high) => Math.round((low + 1) * ((high + 1) / (low + 1)) ** next()) - 1,
  }
}

/** The seed in the environment variable `name`, or else a new one. It is printed when a test fails. */
export function seedFrom(name: string): number {
  const seed = Number(process.env[name] || Date.now() % 1_000_000)
  console.info(`${name}=${seed}`)
  return seed
}
