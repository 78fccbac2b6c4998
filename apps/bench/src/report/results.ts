import type { MetricName } from '../metrics.ts'
import type { PeerName } from '../peers/peer-name.ts'
import type { Sample } from './sample.ts'
import { median, pairedRatio, type Spread, spreadOf } from './statistics.ts'

export interface Figure extends Spread {
  readonly rounds: number
  /** In some round the observation ended first, so the real figure is larger. */
  readonly atLeast: boolean
}

/** All samples, and the figures that the table and the goals take from them. */
export class Results {
  readonly #samples: readonly Sample[]

  constructor(samples: readonly Sample[]) {
    this.#samples = samples
  }

  figure(metric: MetricName, peer: PeerName): Figure | undefined {
    const samples = this.#of(metric, peer)
    if (samples.length === 0) return undefined
    return {
      ...spreadOf(samples.map(({ value }) => value)),
      rounds: samples.length,
      atLeast: samples.some(({ atLeast }) => atLeast === true),
    }
  }

  /** The median over the rounds of a peer's figure divided by that of `base`; undefined where either is missing. */
  ratio(metric: MetricName, peer: PeerName, base: PeerName): number | undefined {
    return known(pairedRatio(this.#byRound(metric, peer), this.#byRound(metric, base)))
  }

  /** As {@link ratio}, for two metrics of one peer. */
  growth(peer: PeerName, { from, to }: { from: MetricName; to: MetricName }): number | undefined {
    return known(pairedRatio(this.#byRound(to, peer), this.#byRound(from, peer)))
  }

  /** The median over the rounds of a peer's figure minus that of `base`. */
  difference(metric: MetricName, peer: PeerName, base: PeerName): number | undefined {
    const others = this.#byRound(metric, base)
    const differences = [...this.#byRound(metric, peer)].flatMap(([round, value]) => {
      const other = others.get(round)
      return other === undefined ? [] : [value - other]
    })
    return known(median(differences))
  }

  #of(metric: MetricName, peer: PeerName): Sample[] {
    return this.#samples.filter((sample) => sample.metric === metric && sample.peer === peer)
  }

  #byRound(metric: MetricName, peer: PeerName): ReadonlyMap<number, number> {
    return new Map(this.#of(metric, peer).map(({ round, value }) => [round, value]))
  }
}

function known(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value
}
