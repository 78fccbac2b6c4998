const BINS_PER_MS = 10
const BINS = 30_000

export interface Summary {
  readonly count: number
  /** ms; the last bin (3 s) stands for everything above. 0 without samples. */
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** Durations in bins of 0.1 ms, so that adding a sample is one increment. */
export class Histogram {
  readonly #bins = new Uint32Array(BINS)
  #count = 0

  add(ms: number): void {
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor(ms * BINS_PER_MS)))
    this.#bins[bin] = (this.#bins[bin] ?? 0) + 1
    this.#count += 1
  }

  summary(): Summary {
    return {
      count: this.#count,
      p50: this.#quantile(0.5),
      p99: this.#quantile(0.99),
      max: this.#quantile(1),
    }
  }

  #quantile(share: number): number {
    if (this.#count === 0) return 0
    const wanted = Math.max(1, Math.ceil(this.#count * share))
    let seen = 0
    for (let bin = 0; bin < BINS; bin += 1) {
      seen += this.#bins[bin] ?? 0
      if (seen >= wanted) return bin / BINS_PER_MS
    }
    return BINS / BINS_PER_MS
  }
}
