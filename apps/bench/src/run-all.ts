import type { Bench } from './bench.ts'
import { measureDisconnect } from './measures/disconnect.ts'
import { memoryMeasures } from './measures/memory.ts'
import { measureRound } from './measures/rounds.ts'
import { measureStalled } from './measures/stalled.ts'
import { measureStreams } from './measures/streams.ts'
import { measureVanished } from './measures/vanished.ts'
import { type Spin, spin } from './noise.ts'
import type { MeasureName } from './options.ts'
import type { PeerName } from './peers/peer-name.ts'
import type { Peer } from './processes/start-peer.ts'

const ROUNDS = 3
const IN_ROUNDS: readonly MeasureName[] = ['paced', 'latency', 'first-token', 'length']

type Measure = (bench: Bench, peer: Peer, round: number) => Promise<void>

/** All measures of the options. Those of processor time run alone. */
export async function runAll(bench: Bench): Promise<Spin[]> {
  const { measures, peers, quick } = bench.options
  const spins: Spin[] = [spin()]
  const wants = (name: MeasureName) => measures.includes(name)

  if (IN_ROUNDS.some(wants)) {
    for (let round = 1; round <= (quick ? 1 : ROUNDS); round += 1) {
      for (const peer of rotated(peers, round - 1)) {
        spins.push(spin())
        await measureFresh(bench, peer, { measure: measureRound, round })
      }
    }
  }
  if (wants('streams')) {
    for (const peer of peers) {
      spins.push(spin())
      await measureFresh(bench, peer, { measure: measureStreams, round: 1 })
    }
  }
  // None of these measures processor time, and one is a long wait: they run together.
  await Promise.all([
    wants('vanished') &&
      Promise.all(peers.map((peer) => measureFresh(bench, peer, { measure: measureVanished, round: 1 }))),
    measureQuietly(bench),
  ])
  return spins
}

async function measureQuietly(bench: Bench): Promise<void> {
  const { measures, peers, quick } = bench.options
  const wanted: Measure[] = []
  if (measures.includes('disconnect')) wanted.push(measureDisconnect)
  if (measures.includes('stalled')) wanted.push(measureStalled)
  if (measures.includes('memory')) wanted.push(...memoryMeasures(quick))
  for (const measure of wanted) {
    await Promise.all(peers.map((peer) => measureFresh(bench, peer, { measure, round: 1 })))
  }
}

/** A peer that fails is reported and sets the exit code; the run goes on. */
async function measureFresh(
  bench: Bench,
  name: PeerName,
  { measure, round }: { measure: Measure; round: number },
): Promise<void> {
  try {
    await bench.withPeer(name, (peer) => measure(bench, peer, round))
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    bench.notes.add(`${name} failed: ${why}`)
    process.exitCode = 1
    bench.progress(`${name} failed: ${error instanceof Error ? error.stack : String(error)}`)
  }
}

/** Each round begins with another peer, so that none always follows the same one. */
function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const start = by % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}
