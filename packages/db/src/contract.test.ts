import { randomUUID } from 'node:crypto'
import { getTableColumns, getTableName, sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import {
  beat,
  claimRun,
  endRun,
  endRunsOfDead,
  readRun,
  readRunState,
  readUnfinishedRuns,
  removeInstances,
  saveLog,
} from './index.ts'
import * as schema from './schema.ts'
import { onBothEngines } from './testing/on-both-engines.ts'

onBothEngines((db) => {
  const claim = (change: object = {}) => ({
    id: randomUUID(),
    owner: 'ada',
    instance: randomUUID(),
    model: 'claude-opus-4-8',
    maxCostUsd: 1.5,
    ...change,
  })
  const ended = (terminal: string) => ({
    log: '["all"]',
    end: terminal,
    usage: '{"inputTokens":1}',
    costUsd: 0.012345,
    budgetUsd: 0.012345,
  })

  test('of fifty claims of a run id at once one is made, and the others see it', async () => {
    const id = randomUUID()
    const claims = Array.from({ length: 50 }, (_, i) => claim({ id, owner: `owner ${i}` }))
    const answers = await Promise.all(claims.map((one) => claimRun(db(), one)))
    const made = answers.filter(({ claimed }) => claimed)
    expect(made).toHaveLength(1)
    expect(new Set(answers.map(({ run }) => run.owner))).toEqual(new Set([made[0]?.run.owner]))
  })

  test('a run is found by its owner only', async () => {
    const mine = claim()
    await claimRun(db(), mine)
    const { maxCostUsd: _, ...stored } = mine
    expect(await readRun(db(), 'ada', mine.id)).toEqual({ ...stored, log: '[]', end: null })
    expect(await readRun(db(), 'eve', mine.id)).toBeUndefined()
    expect(await readRun(db(), 'ada', randomUUID())).toBeUndefined()
    const { instance, id } = mine
    expect(await readRunState(db(), 'ada', id)).toEqual({ instance, ended: false })
    await endRun(db(), id, ended('"end"'))
    expect(await readRunState(db(), 'ada', id)).toEqual({ instance, ended: true })
    expect(await readRunState(db(), 'eve', id)).toBeUndefined()
  })

  test('of two ends the first one stays, and both callers are told it', async () => {
    const mine = claim()
    await claimRun(db(), mine)
    expect(await endRun(db(), mine.id, ended('"first"'))).toBe('"first"')
    const second = { ...ended('"second"'), log: '["other"]', costUsd: null, budgetUsd: 9 }
    expect(await endRun(db(), mine.id, second)).toBe('"first"')
    expect(await readRun(db(), 'ada', mine.id)).toMatchObject({ log: '["all"]', end: '"first"' })
    const { rows }: any = await db().execute(
      sql`select cost_usd, budget_usd, ended_at from run where id = ${mine.id}`,
    )
    expect(rows).toEqual([{ cost_usd: '0.012345', budget_usd: '0.012345', ended_at: expect.anything() }])
  })

  test('the end of a run that is not there is undefined', async () => {
    expect(await endRun(db(), randomUUID(), ended('"first"'))).toBeUndefined()
  })

  test('text is saved until the end, and not after it', async () => {
    const mine = claim()
    await claimRun(db(), mine)
    await saveLog(db(), mine.id, '["some"]')
    expect(await readRun(db(), 'ada', mine.id)).toMatchObject({ log: '["some"]', end: null })
    await endRun(db(), mine.id, ended('"end"'))
    await saveLog(db(), mine.id, '["late"]')
    expect(await readRun(db(), 'ada', mine.id)).toMatchObject({ log: '["all"]' })
  })

  test('JSON text comes back as it was written, whatever is in it', async () => {
    const nasty = {
      z: 1,
      a: '\u0000 \ud800 \udfff 👩‍🚀 \u2028',
      sql: `'; drop table run; -- $1 \\ "`,
      long: 'é'.repeat(500_000),
    }
    const mine = claim({ owner: nasty.sql })
    await claimRun(db(), mine)
    const log = JSON.stringify([nasty])
    await endRun(db(), mine.id, { ...ended(JSON.stringify(nasty)), log })
    const stored = await readRun(db(), nasty.sql, mine.id)
    expect([stored?.log === log, stored?.end === JSON.stringify(nasty)]).toEqual([true, true])
  })

  test('the runs of processes that no longer beat are ended, and no others', async () => {
    await removeInstances(db())
    const [living, dead, gone] = [randomUUID(), randomUUID(), randomUUID()]
    for (const id of [living, dead, gone]) await beat(db(), id)
    const runs = [living, dead, gone, dead].map((instance) => claim({ instance }))
    for (const one of runs) await claimRun(db(), one)
    const [ofLiving, ofDead, ofGone, hadEnded] = runs.map(({ id }) => id) as [string, string, string, string]
    await endRun(db(), hadEnded, ended('"done"'))
    await saveLog(db(), ofDead, '["kept"]')
    await removeInstances(db(), gone)
    await db().execute(sql`update instance set beat_at = now() - interval '31 s' where id = ${dead}`)
    const deadRuns = await endRunsOfDead(db(), { end: '"interrupted"', deadAfterS: 30 })
    expect(deadRuns).toEqual(expect.arrayContaining([ofDead, ofGone]))
    expect(deadRuns).not.toContain(ofLiving)
    expect(await readRun(db(), 'ada', ofDead)).toMatchObject({
      log: '["kept"]',
      end: '"interrupted"',
    })
    expect(await readRun(db(), 'ada', ofLiving)).toMatchObject({ end: null })
    expect(await readRun(db(), 'ada', hadEnded)).toMatchObject({ end: '"done"' })
    // One that was only slow may come back: it counts as alive again.
    await beat(db(), dead)
    const later = claim({ instance: dead })
    await claimRun(db(), later)
    expect(await endRunsOfDead(db(), { end: '"interrupted"', deadAfterS: 30 })).toEqual([])
  })

  test('the runs of a process that is known to be alive are not ended, although it does not beat', async () => {
    const [living, dead] = [claim(), claim()]
    for (const each of [living, dead]) await claimRun(db(), each)
    const options = { end: '"interrupted"', deadAfterS: 30, alive: [living.instance] }
    expect(await endRunsOfDead(db(), options)).toContain(dead.id)
    expect(await readRun(db(), 'ada', living.id)).toMatchObject({ end: null })
  })

  test('what is left of a process is found, and can be ended without knowing its cost', async () => {
    const [unfinished, hasEnded] = [claim(), claim()]
    for (const each of [unfinished, hasEnded])
      await claimRun(db(), { ...each, instance: unfinished.instance })
    await endRun(db(), hasEnded.id, ended('"done"'))
    expect(await readUnfinishedRuns(db(), unfinished.instance)).toEqual([{ id: unfinished.id, owner: 'ada' }])
    await endRun(db(), unfinished.id, { ...ended('"interrupted"'), costUsd: null, budgetUsd: 'reserved' })
    expect(await readUnfinishedRuns(db(), unfinished.instance)).toEqual([])
    const { rows }: any = await db().execute(sql`select budget_usd from run where id = ${unfinished.id}`)
    expect(Number(rows[0].budget_usd)).toBe(1.5)
  })

  test('the schema describes the tables that the migrations make', async () => {
    for (const table of Object.values(schema)) {
      const described = Object.values(getTableColumns(table)).map((column) => ({
        name: column.name,
        type: longName(column.getSQLType()),
        required: column.notNull,
        hasDefault: column.hasDefault,
      }))
      const { rows }: any = await db().execute(sql`
        select attname as name, replace(format_type(atttypid, atttypmod), ',', ', ') as type,
          attnotnull as required, atthasdef as "hasDefault"
        from pg_attribute
        where attrelid = ${getTableName(table)}::regclass and attnum > 0 and not attisdropped
        order by attnum`)
      expect(rows).toEqual(described)
    }
  })
})

/** As Postgres itself calls the type. */
function longName(type: string): string {
  return type.replace('timestamp (', 'timestamp(')
}
