import { afterEach, beforeEach, expect, test } from 'vitest'
import { Deployment } from '../testing/deployment.ts'
import { onRedis } from '../testing/on-redis.ts'
import { COMPLETE, TwoInstances } from '../testing/two-instances.ts'

onRedis((program) => {
  let at: Deployment
  beforeEach(async () => {
    at = await Deployment.start(program)
  })
  afterEach(async () => {
    expect(await at.close()).toEqual({ exitCodes: [], timers: 0 })
  })

  const isFull = (refusal: string) => refusal.includes('OOM')

  test('Redis is full for a while: readers elsewhere wait, and get what is sent again', async () => {
    const two = await TwoInstances.start(at)
    const { a } = two
    await at.ask('CONFIG', 'SET', 'maxmemory', '1')
    await at.until(() => a.state.refusals.some(isFull))
    await two.moreOn(a)
    await at.ask('CONFIG', 'SET', 'maxmemory', '0')
    await two.more()
    expect(await two.finish()).toEqual({ ...COMPLETE, refusals: expect.any(Array) })
    expect(a.state.refusals.every(isFull)).toBe(true)
    expect(await at.textInRedis('run')).toBe(at.textRecorded('run'))
  })

  test('Redis is full when the run ends: readers elsewhere get the rest from the records', async () => {
    const two = await TwoInstances.start(at)
    await at.ask('CONFIG', 'SET', 'maxmemory', '1')
    await at.until(() => two.a.state.refusals.some(isFull))
    await two.moreOn(two.a)
    expect(await two.finish()).toEqual({ ...COMPLETE, refusals: expect.any(Array) })
    await at.ask('CONFIG', 'SET', 'maxmemory', '0')
  })

  test('a stop is heard while Redis is full', async () => {
    const two = await TwoInstances.start(at)
    await at.ask('CONFIG', 'SET', 'maxmemory', '1')
    await two.b.stop('run')
    await two.ended()
    for (const { state } of [two.a, two.b])
      expect(state.readings[0]).toMatchObject({ end: { stopReason: 'stopped' } })
    expect(two.b.state.readings).toEqual(two.a.state.readings)
    expect(two.a.state.ended).toMatchObject([{ charsAfterCut: 0 }])
  })

  test('an instance that dies while Redis is full is found, and its run ends', async () => {
    const a = await at.spawn('a')
    const b = await at.connected('b')
    a.start('run')
    await at.until(() => a.state?.calls === 1)
    const read = b.read('run')
    await at.until(() => (b.state.readings[0]?.text.length ?? 0) > 50)
    await at.ask('CONFIG', 'SET', 'maxmemory', '1')
    await a.kill()
    await read
    expect(b.state.readings[0]).toMatchObject({ end: { type: 'error', code: 'interrupted' } })
    expect(at.textRecorded('run')).toBe(await at.textInRedis('run'))
    await at.ask('CONFIG', 'SET', 'maxmemory', '0')
  })

  test('after a failover Redis is a replica: the connection is made again, until it is a primary', async () => {
    const two = await TwoInstances.start(at)
    await at.ask('REPLICAOF', '127.0.0.1', '1')
    await two.down()
    await two.moreOn(two.a)
    await at.ask('REPLICAOF', 'NO', 'ONE')
    await two.up(2)
    await two.more()
    expect(await two.finish()).toEqual(COMPLETE)
    expect(await at.textInRedis('run')).toBe(at.textRecorded('run'))
  })

  test('Redis forgets its scripts: it is sent them again', async () => {
    const two = await TwoInstances.start(at)
    await at.ask('SCRIPT', 'FLUSH')
    await two.more()
    expect(await two.finish()).toEqual(COMPLETE)
  })

  test('what is published by others and cannot be read is reported, and harms nothing', async () => {
    const two = await TwoInstances.start(at)
    for (const text of [
      '{',
      '"text"',
      '{"from":"c","messages":[{"type":"new"},{"type":"grown","runId":"none"}]}',
    ])
      await at.ask('PUBLISH', 'sluice:all', text)
    await two.more()
    expect(await two.finish()).toEqual({ ...COMPLETE, refusals: expect.any(Array) })
    expect([two.a.state.refusals.length, two.b.state.refusals.length]).toEqual([2, 2])
  })
})
