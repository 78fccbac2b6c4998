import type { Bench } from '../bench.ts'
import { promptFor } from '../upstream/pace.ts'
import type { Servers, Setup } from './start-servers.ts'

/** What a whole answer costs Redis. */
export interface RunCost {
  readonly bytes: number
  /** From its start to its end, with its share of what servers send all the time. */
  readonly commands: number
}

const TPS = 50
const TOKENS_PER_DELTA = 2

/** Reads whole answers in some setups at once. Warms their servers up, too. */
export async function measureRuns(
  { load, newGroup }: Bench,
  { paths, redis }: Servers,
  { setups, runs, tokens }: { setups: readonly Setup[]; runs: number; tokens: number },
): Promise<RunCost> {
  const prompt = promptFor({ tps: TPS, tokens, hold: false, group: newGroup('sluice', 'runs') })
  await redis.clear()
  const before = await redis.totals()
  await Promise.all(
    setups.flatMap((setup) =>
      paths[setup].map(({ writer, reader }) =>
        load.readAnswers({
          target: { peer: 'sluice', url: writer.url, readUrl: reader.url, prompt },
          lanes: runs,
          ms: 0,
          deltas: tokens / TOKENS_PER_DELTA,
        }),
      ),
    ),
  )
  const after = await redis.totals()
  const { number, bytes } = await redis.runs()
  return { bytes: bytes / number, commands: (sum(after.calls) - sum(before.calls)) / number }
}

function sum(calls: Readonly<Record<string, number>>): number {
  return Object.values(calls).reduce((total, count) => total + count, 0)
}
