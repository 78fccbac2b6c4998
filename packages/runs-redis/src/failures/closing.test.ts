import { mergeEvents, type RunEvent } from '@sluice/events'
import type { CopiedRun } from '@sluice/runs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Deployment } from '../testing/deployment.ts'
import { onRedis } from '../testing/on-redis.ts'
import type { TcpProxy } from '../testing/tcp-proxy.ts'
import { TwoInstances } from '../testing/two-instances.ts'

onRedis((program) => {
  let at: Deployment
  let proxy: TcpProxy
  beforeEach(async () => {
    at = await Deployment.start(program)
    proxy = await at.proxy()
  })
  afterEach(async () => {
    expect(await at.close()).toEqual({ exitCodes: [], timers: 0 })
  })

  const allClosed = () => at.until(() => proxy.open === 0)

  test('a store that is closed has left: others do not wait for it', async () => {
    const b = await at.connected('b')
    const a = await at.connected('a', proxy.port)
    expect(proxy.open).toBe(2)
    while (Object.keys((await at.ask('HGETALL', 'sluice:beats')) as object).length < 2);
    await a.close()
    await allClosed()
    while (Object.keys((await at.ask('HGETALL', 'sluice:beats')) as object).length > 1);
    expect(await at.ask('HKEYS', 'sluice:beats')).toEqual(['b'])
    expect(b.state.dead).toEqual([])
  })

  test('a store can be closed before it has connected', async () => {
    const a = at.instance('a', proxy.port)
    await a.close()
    await allClosed()
    expect(a.state.ups).toBe(0)
  })

  test('a store can be closed while it connects to a Redis that does not answer', async () => {
    let asked = 0
    proxy.rule = () => {
      asked += 1
      return 'drop'
    }
    const a = at.instance('a', proxy.port)
    await at.until(() => asked >= 2)
    await a.close()
    await allClosed()
    expect(a.state.ups).toBe(0)
  })

  test('a store can be closed while it waits to connect again', async () => {
    await at.redis.kill()
    const a = at.instance('a')
    await at.until(() => a.state.downs === 1)
    await a.close()
    expect(a.clock.pendingAfter(0)).toBe(0)
  })

  test('an instance can be closed while it is cut off: its run is recorded, and others see that it ended', async () => {
    const two = await TwoInstances.start(at, { a: proxy.port })
    proxy.rule = () => 'drop'
    await two.moreOn(two.a)
    await two.a.close()
    await allClosed()
    await two.ended()
    for (const { state } of [two.a, two.b])
      expect(state.readings[0]).toMatchObject({ end: { code: 'interrupted' } })
    expect(two.b.state.readings[0]?.text).toBe(at.textRecorded('run'))
    expect(two.a.state.ended).toMatchObject([{ charsAfterCut: 0 }])
  })

  test('an instance that has connected again beats as often as before', async () => {
    const [a, b] = [await at.connected('a', proxy.port), await at.connected('b')]
    for (let ups = 2; ups <= 4; ups++) {
      proxy.reset()
      await at.until(() => a.state.ups === ups)
    }
    const beats = async () => (await at.ask('HMGET', 'sluice:beats', 'a', 'b')) as string[]
    const [a0, b0] = (await beats()).map(Number)
    let now: number[]
    do now = (await beats()).map(Number)
    while ((now[1] ?? 0) < (b0 ?? 0) + 6)
    const beaten = (now[0] ?? 0) - (a0 ?? 0)
    expect([4, 5, 6, 7, 8]).toContain(beaten)
    expect([...a.state.dead, ...b.state.dead]).toEqual([])
  })

  test('readers that come back while a copy of the run ends get another one that goes on', async () => {
    const a = await at.connected('a')
    const b = await at.connected('b')
    await a.start('run')
    while ((await at.textInRedis('run')) === '');
    const lease = { readers: 1, furthest: 0, watch: () => () => {} } as unknown as CopiedRun['lease']
    const first = new AbortController()
    const gone = b.store.copy({ runId: 'run', after: 0, lease, signal: first.signal })
    await gone.next()
    const rest = gone.next()
    first.abort()
    const signal = new AbortController().signal
    const copied: RunEvent[] = []
    for await (const events of b.store.copy({ runId: 'run', after: 0, lease, signal })) {
      copied.push(...events)
      if (copied.length > 50) a.finish()
    }
    await rest
    expect(mergeEvents(copied)).toEqual(at.records.eventsOf('run'))
  })
})
