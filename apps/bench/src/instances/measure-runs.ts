import type { Bench } from '../bench.ts'
import { promptFor } from '../upstream/pace.ts'
import type { Servers } from './start-servers.ts'

/** What a whole answer costs Redis. */
export interface RunCost {
  readonly bytes: number
  /** From its start to its end, with its share of what servers send all the time. */
  readonly commands: number
}

const TPS = 50
const TOKENS_PER_DELTA = 2

/** Reads whole answers, on the server that writes them or on the other one. Warms the servers up, too. */
export async function measureRuns(
  { load, newGroup }: Bench,
  { alone, a, b, redis }: Servers,
  { runs, tokens, remote }: { runs: number; tokens: number; remote: boolean },
): Promise<RunCost> {
  const prompt = promptFor({ tps: TPS, tokens, hold: false, group: newGroup('sluice', 'runs') })
  const read = (url: string, readUrl: string) =>
    load.readAnswers({
      target: { peer: 'sluice', url, readUrl, prompt },
      lanes: runs,
      ms: 0,
      deltas: tokens / TOKENS_PER_DELTA,
    })
  await redis.clear()
  const before = await redis.totals()
  await Promise.all([read(a.url, remote ? b.url : a.url), read(alone.url, alone.url)])
  const after = await redis.totals()
  return { bytes: await redis.bytesPerRun(), commands: (sum(after.calls) - sum(before.calls)) / runs }
}

function sum(calls: Readonly<Record<string, number>>): number {
  return Object.values(calls).reduce((total, count) => total + count, 0)
}
