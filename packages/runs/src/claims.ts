import { randomUUID } from 'node:crypto'

/** Some 8 MB of ids and owners. The claims of two epochs are kept, so 16 MB at most. */
const CLAIMS_PER_EPOCH = 50_000

/**
 * Which owner has claimed which run id: for longer than the run itself is kept, so that a start that is repeated
 * late is not paid for again.
 *
 * Memory is bounded: the claims of an epoch are forgotten after the next one is full, and all of them when the
 * process ends. An `epoch` that `remembers` says is known is one of which every claim is still here.
 */
export class Claims {
  readonly #perEpoch: number
  #epoch = randomUUID()
  #claims = new Map<string, string>()
  #lastEpoch: string | undefined
  #lastClaims: ReadonlyMap<string, string> = new Map()

  constructor(perEpoch = CLAIMS_PER_EPOCH) {
    this.#perEpoch = perEpoch
  }

  /** Names the memory that claims are kept in now. */
  get epoch(): string {
    return this.#epoch
  }

  remembers(epoch: string): boolean {
    return epoch === this.#epoch || epoch === this.#lastEpoch
  }

  ownerOf(runId: string): string | undefined {
    return this.#claims.get(runId) ?? this.#lastClaims.get(runId)
  }

  add(runId: string, owner: string): void {
    if (this.#claims.size >= this.#perEpoch) {
      this.#lastEpoch = this.#epoch
      this.#lastClaims = this.#claims
      this.#epoch = randomUUID()
      this.#claims = new Map()
    }
    this.#claims.set(runId, owner)
  }
}
