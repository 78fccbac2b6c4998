import type { Load } from '../load/load.ts'
import type { Remote } from '../processes/rpc.ts'
import { promptFor } from '../upstream/pace.ts'
import type { Engine } from './start-engine.ts'

/** Of the upstream. */
const TOKENS_PER_DELTA = 2

export interface Queries {
  /** To start an answer, the first of its conversation. */
  readonly start: number
  readonly end: number
}

/** Counts the queries of one answer. If a frame or an ack made one, the counts would grow with the tokens. */
export async function countQueries(load: Remote<Load>, engine: Engine, tokens: number): Promise<Queries> {
  await engine.server.takeQueries()
  await readAnswers(load, engine, { tokens, ms: 0 })
  const queries = await engine.server.takeQueries()
  const start = queries.findIndex((text) => text.startsWith('update "run"'))
  return start === -1 ? { start: queries.length, end: 0 } : { start, end: queries.length - start }
}

/** Processor time per answer, in ms: of the server's process, and of the database's own ones. */
export interface Cpu {
  readonly server: number
  readonly database: number
}

export async function measureCpu(
  load: Remote<Load>,
  engine: Engine,
  options: { tokens: number; ms: number },
): Promise<Cpu> {
  const before = { server: await engine.server.cpuUs(), database: engine.databaseCpuUs() }
  const { answers } = await readAnswers(load, engine, options)
  const perAnswer = (us: number) => us / 1000 / answers
  return {
    server: perAnswer((await engine.server.cpuUs()) - before.server),
    database: perAnswer(engine.databaseCpuUs() - before.database),
  }
}

/** One answer after another, for at least `ms`. */
function readAnswers(load: Remote<Load>, { url }: Engine, { tokens, ms }: { tokens: number; ms: number }) {
  const prompt = promptFor({ tps: 0, tokens, hold: false, group: 'database' })
  const target = { peer: 'sluice', url, prompt } as const
  return load.readAnswers({ target, lanes: 1, ms, deltas: tokens / TOKENS_PER_DELTA })
}
