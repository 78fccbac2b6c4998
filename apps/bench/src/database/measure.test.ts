import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import type { Load } from '../load/load.ts'
import { remote } from '../processes/rpc.ts'
import { startProcess } from '../processes/start-process.ts'
import { countQueries, measureCpu } from './measure.ts'
import { startEngine } from './start-engine.ts'

const start = (name: string) =>
  startProcess({ name, script: resolve(import.meta.dirname, `../${name}/${name}.ts`) })

test('an answer makes queries at its start and its end, and none without a database', async () => {
  const [upstream, loader] = await Promise.all([start('upstream'), start('load')])
  const load = remote<Load>(loader.child, 'load')
  const engines = await Promise.all([
    startEngine('PGlite', upstream.url),
    startEngine('no database', upstream.url),
  ])
  const [pglite, none] = engines
  try {
    const short = await countQueries(load, pglite, 20)
    expect(Math.min(short.start, short.end)).toBeGreaterThan(0)
    expect(await countQueries(load, pglite, 16_000)).toEqual(short)
    expect(await countQueries(load, none, 20)).toEqual({ start: 0, end: 0 })
    expect((await measureCpu(load, none, { tokens: 20, ms: 0 })).server).toBeGreaterThan(0)
  } finally {
    await Promise.all([...engines, loader, upstream].map((started) => started.stop()))
  }
})
