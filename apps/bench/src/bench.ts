import { resolve } from 'node:path'
import type { Load } from './load/load.ts'
import type { Options } from './options.ts'
import type { PeerName } from './peers/peer-name.ts'
import { type Remote, remote } from './processes/rpc.ts'
import { type Peer, startPeer } from './processes/start-peer.ts'
import { startProcess } from './processes/start-process.ts'
import type { Sample } from './report/sample.ts'
import type { Upstream } from './upstream/upstream.ts'

/** What every measure uses: the upstream, the load generator, and the samples so far. */
export interface Bench {
  readonly options: Options
  readonly upstream: Remote<Upstream>
  readonly upstreamUrl: string
  readonly load: Remote<Load>
  readonly samples: Sample[]
  /** Printed below the table. */
  readonly notes: Set<string>
  /** Starts a server, passes it to `use`, and stops it. */
  readonly withPeer: (name: PeerName, use: (peer: Peer) => Promise<void>) => Promise<void>
  readonly record: (sample: Sample) => void
  readonly progress: (text: string) => void
  /** A new, unique name for a group of answers. */
  readonly newGroup: (peer: PeerName, what: string) => string
  readonly close: () => Promise<void>
}

export async function startBench(options: Options): Promise<Bench> {
  const upstream = await startProcess({
    name: 'upstream',
    script: resolve(import.meta.dirname, 'upstream/upstream.ts'),
    env: { TOKENS_PER_DELTA: String(options.tokensPerDelta) },
  })
  const load = await startProcess({
    name: 'load',
    script: resolve(import.meta.dirname, 'load/load.ts'),
  })
  const startedAt = performance.now()
  const samples: Sample[] = []
  let groups = 0
  let lastStart: Promise<unknown> = Promise.resolve()
  return {
    options,
    upstream: remote<Upstream>(upstream.child, 'upstream'),
    upstreamUrl: upstream.url,
    load: remote<Load>(load.child, 'load'),
    samples,
    notes: new Set(),
    async withPeer(name, use) {
      const { sluiceMain, profileDir } = options
      // One at a time: with ten at once, some would miss the deadline of `startProcess`.
      const starting = lastStart.then(() =>
        startPeer(name, { upstreamUrl: upstream.url, sluiceMain, profileDir }),
      )
      lastStart = starting.catch(() => {})
      const peer = await starting
      try {
        await use(peer)
      } finally {
        await peer.stop()
      }
    },
    record: (sample) => void samples.push(sample),
    progress(text) {
      const seconds = Math.round((performance.now() - startedAt) / 1000)
      process.stderr.write(`${String(seconds).padStart(4)} s  ${text}\n`)
    },
    newGroup: (peer, what) => `${peer}-${what}-${(groups += 1)}`,
    async close() {
      await Promise.all([load.stop(), upstream.stop()])
    },
  }
}
