import type { Bench } from '../bench.ts'
import type { MetricName } from '../metrics.ts'
import type { Peer } from '../processes/start-peer.ts'
import { promptFor } from '../upstream/pace.ts'
import { inGroup } from './in-group.ts'
import { listenPaced } from './paced.ts'
import { readAnswers } from './read-answers.ts'

const LENGTHS = [
  ['cpu1k', 1000],
  ['fastCpu', 16_000],
  ['cpu64k', 64_000],
] as const
const WARM_TOKENS = 4000

/** All measures of one round, on a new server that has been warmed up. */
export async function measureRound(bench: Bench, peer: Peer, round: number): Promise<void> {
  const { quick, measures } = bench.options
  const listenMs = quick ? 800 : 3000
  const lines: string[] = []
  const record = (metric: MetricName, value: number) =>
    bench.record({ metric, peer: peer.name, round, value })
  const listen = (what: string, pace: { streams: number; tps: number }) =>
    inGroup(bench, peer, {
      what,
      async measure(group) {
        const paced = { ...pace, settleMs: quick ? 500 : 1000, listenMs }
        const result = await listenPaced(bench, peer, { group, add: pace.streams, paced })
        if (result === undefined) throw new Error(`${pace.streams} streams did not all start`)
        return result
      },
    })

  await readAnswers(bench, peer, { tokens: WARM_TOKENS, ms: quick ? 200 : 1000 })
  if (measures.includes('paced')) {
    const { cpuUsPerToken, bytesPerToken } = await listen('paced', { streams: 50, tps: 80 })
    record('pacedCpu', cpuUsPerToken)
    record('wireBytes', bytesPerToken)
    lines.push(`${cpuUsPerToken.toFixed(1)} µs, ${bytesPerToken.toFixed(1)} B per token`)
  }
  if (measures.includes('latency')) {
    const { p50, p99 } = await listen('latency', { streams: 100, tps: 50 })
    record('delayP50', p50)
    record('delayP99', p99)
    lines.push(`p50 ${p50} p99 ${p99} ms`)
  }
  if (measures.includes('first-token')) {
    const { p50, p99 } = await firstTokens(bench, peer)
    record('firstP50', p50)
    record('firstP99', p99)
    lines.push(`first token ${p50} ms`)
  }
  if (measures.includes('length')) {
    for (const [metric, tokens] of LENGTHS) {
      if (quick && metric !== 'fastCpu') continue
      const { cpuUsPerToken } = await readAnswers(bench, peer, { tokens, ms: quick ? 200 : 1000 })
      record(metric, cpuUsPerToken)
      lines.push(`${tokens / 1000}K ${cpuUsPerToken.toFixed(2)} µs`)
    }
  }
  bench.progress(`round ${round}     ${peer.name.padEnd(14)} ${lines.join(' · ')}`)
}

async function firstTokens({ load, options, newGroup }: Bench, peer: Peer) {
  const prompt = promptFor({ tps: 10, tokens: 1000, hold: true, group: newGroup(peer.name, 'first') })
  const target = { peer: peer.name, url: peer.url, prompt }
  return load.firstTokens({ target, count: options.quick ? 10 : 50 })
}
