import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from '../bench.ts'
import { inGroup } from '../measures/in-group.ts'
import { promptFor } from '../upstream/pace.ts'
import { measureStops, type Stop } from './measure-stops.ts'
import type { Servers, Setup } from './start-servers.ts'

export interface Amount {
  /** On each path. */
  readonly streams: number
  readonly settleMs: number
  readonly listenMs: number
  /** Of answers on the other server, while the streams go on. */
  readonly stops: number
}

export interface Figures {
  /** Processor time of the servers, in µs. */
  readonly cpuPerFrame: number
  readonly cpuPerStreamSecond: number
  /** From the upstream's write to the reader, in ms. */
  readonly p50: number
  readonly p99: number
  /** Per second of a stream. */
  readonly redis: {
    readonly appends: number
    readonly reads: number
    readonly publishes: number
    readonly cpuUs: number
  }
  readonly stops: readonly Stop[]
}

const TPS = 50
/** More than any measurement reads. */
const ENDLESS_TOKENS = 1_000_000

/** Holds streams open in one setup, and measures what they cost while they run. */
export async function measureStreams(
  bench: Bench,
  { paths, redis }: Servers,
  setup: Setup,
  { streams, settleMs, listenMs, stops }: Amount,
): Promise<Figures> {
  const { load } = bench
  const parts = paths[setup]
  const [first] = parts
  const peers = new Set(parts.flatMap(({ writer, reader }) => [writer, reader]))
  const cpuUs = async () =>
    (await Promise.all([...peers].map(({ probe }) => probe.cpuUs()))).reduce((sum, us) => sum + us, 0)

  return inGroup(bench, first.writer, {
    what: setup,
    async measure(group) {
      const prompt = promptFor({ tps: TPS, tokens: ENDLESS_TOKENS, hold: false, group })
      for (const { writer, reader } of parts) {
        const target = { peer: writer.name, url: writer.url, readUrl: reader.url, prompt }
        if (!(await load.open({ group, target, count: streams })))
          throw new Error(`${setup}: ${streams} streams did not all start`)
      }
      await sleep(settleMs)
      const before = { cpu: await cpuUs(), redis: await redis.totals() }
      const heard = await load.listen({ group, ms: listenMs })
      const after = { cpu: await cpuUs(), redis: await redis.totals() }
      const streamSeconds = (streams * parts.length * heard.ms) / 1000
      const calls = (name: string) =>
        ((after.redis.calls[name] ?? 0) - (before.redis.calls[name] ?? 0)) / streamSeconds
      return {
        cpuPerFrame: (after.cpu - before.cpu) / heard.frames,
        cpuPerStreamSecond: (after.cpu - before.cpu) / streamSeconds,
        p50: heard.p50,
        p99: heard.p99,
        redis: {
          appends: calls('evalsha'),
          reads: calls('xrange'),
          publishes: calls('publish'),
          cpuUs: (after.redis.cpuUs - before.redis.cpuUs) / streamSeconds,
        },
        stops: setup === 'remote' ? await measureStops(bench, first, stops) : [],
      }
    },
  })
}
