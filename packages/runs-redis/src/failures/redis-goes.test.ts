import { afterEach, beforeEach, expect, test } from 'vitest'
import { Deployment } from '../testing/deployment.ts'
import { FASTER } from '../testing/instance.ts'
import { onRedis } from '../testing/on-redis.ts'
import { COMPLETE, TwoInstances } from '../testing/two-instances.ts'
import { words } from '../testing/word-source.ts'

onRedis((program) => {
  let at: Deployment
  beforeEach(async () => {
    at = await Deployment.start(program)
  })
  afterEach(async () => {
    expect(await at.close()).toEqual({ exitCodes: [], timers: 0 })
  })

  test('Redis is killed and comes back empty: readers lose nothing, and those elsewhere read on', async () => {
    const two = await TwoInstances.start(at)
    await at.redis.kill()
    await two.down()
    await two.moreOn(two.a)
    await at.redis.restart()
    await two.up(2)
    await two.more()
    expect(await two.finish()).toEqual(COMPLETE)
    expect(await at.textInRedis('run')).toBe(at.textRecorded('run'))
  })

  test('Redis comes back with old data: what is missing is sent again', async () => {
    const two = await TwoInstances.start(at)
    const old = (await at.textInRedis('run')).length
    await at.ask('SAVE')
    await two.more()
    await at.redis.kill()
    await two.down()
    await at.redis.restart({ empty: false })
    expect((await at.textInRedis('run')).length).toBeGreaterThanOrEqual(old)
    await two.up(2)
    await two.more()
    expect(await two.finish()).toEqual(COMPLETE)
    expect(await at.textInRedis('run')).toBe(at.textRecorded('run'))
  })

  test('Redis loses everything without closing a connection: it is sent again', async () => {
    const two = await TwoInstances.start(at)
    await at.ask('FLUSHALL')
    await two.more()
    expect(await two.finish()).toEqual(COMPLETE)
    expect(await at.textInRedis('run')).toBe(at.textRecorded('run'))
  })

  test('Redis is frozen for longer than a command may take: nobody is taken for dead, nothing is lost', async () => {
    const two = await TwoInstances.start(at)
    at.redis.freeze()
    await two.down()
    await two.moreOn(two.a)
    at.redis.thaw()
    await two.up(2)
    await two.more()
    expect(await two.finish()).toEqual(COMPLETE)
  })

  test('Redis pauses all clients for 4 s: whether that is noticed or not, nothing is lost', async () => {
    const two = await TwoInstances.start(at)
    await at.ask('CLIENT', 'PAUSE', String(4000 / FASTER), 'ALL')
    await two.more()
    expect(await two.finish()).toEqual(COMPLETE)
  })

  test('Redis is away when the run ends: readers elsewhere get the rest from the records', async () => {
    const two = await TwoInstances.start(at)
    await at.redis.kill()
    await two.down()
    await two.moreOn(two.a)
    expect(await two.finish()).toEqual(COMPLETE)
  })

  test('Redis is frozen when the run ends: readers elsewhere get the rest from the records', async () => {
    const two = await TwoInstances.start(at)
    at.redis.freeze()
    expect(await two.finish()).toEqual(COMPLETE)
    at.redis.thaw()
  })

  test('Redis is away when a run is started: `unavailable`, and nothing is paid or claimed', async () => {
    const a = await at.connected('a')
    await at.redis.kill()
    await at.until(() => a.state.downs === 1)
    await expect(a.start('run')).rejects.toMatchObject({ code: 'unavailable' })
    expect([a.state.calls, at.records.eventsOf('run')]).toEqual([0, []])
    await at.redis.restart()
    await at.until(() => a.store.isUp)
    await a.start('run')
    await at.until(() => a.state.spoken > 0)
    expect(a.state.calls).toBe(1)
  })

  test('Redis is frozen when a run is started: `unavailable`, and nothing is paid or claimed', async () => {
    const a = await at.connected('a')
    at.redis.freeze()
    await expect(a.start('run')).rejects.toMatchObject({ code: 'unavailable' })
    expect([a.state.calls, at.records.eventsOf('run')]).toEqual([0, []])
    at.redis.thaw()
  })

  test('Redis is away when the store is created: it connects by itself when Redis comes up', async () => {
    await at.redis.kill()
    const a = at.instance('a')
    await at.until(() => a.state.downs === 1)
    await expect(a.start('run')).rejects.toMatchObject({ code: 'unavailable' })
    await at.redis.restart()
    await at.until(() => a.state.ups === 1)
    expect(a.state.downs).toBe(1)
    await a.start('run')
    const b = await at.connected('b')
    const read = b.read('run')
    await at.until(() => (b.state.readings[0]?.text.length ?? 0) > 50)
    a.finish()
    await read
    expect(b.state.readings[0]).toMatchObject({ text: words(a.state.spoken), end: { type: 'done' } })
  })

  test('a stop elsewhere while Redis is away is refused, and succeeds once Redis is back', async () => {
    const two = await TwoInstances.start(at)
    const { a, b } = two
    await at.redis.kill()
    await two.down()
    await expect(b.stop('run')).rejects.toMatchObject({ code: 'unavailable' })
    await at.redis.restart()
    await two.up(2)
    await b.stop('run')
    await two.ended()
    for (const { state } of [a, b])
      expect(state.readings[0]).toMatchObject({ text: words(a.state.spoken), end: { stopReason: 'stopped' } })
    expect(a.state.ended[0]).toMatchObject({ terminal: { stopReason: 'stopped' }, charsAfterCut: 0 })
  })
})
