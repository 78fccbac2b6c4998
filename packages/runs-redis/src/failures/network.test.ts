import { afterEach, beforeEach, expect, test } from 'vitest'
import { Deployment } from '../testing/deployment.ts'
import { FASTER } from '../testing/instance.ts'
import { onRedis } from '../testing/on-redis.ts'
import type { Piece, TcpProxy } from '../testing/tcp-proxy.ts'
import { COMPLETE, TwoInstances } from '../testing/two-instances.ts'
import { words } from '../testing/word-source.ts'

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

  const isAppend = ({ text }: Piece) => text.includes('EVALSHA') && text.includes('"type":"text"')

  test('every command takes 80 ms more: appends are larger, and nothing is lost', async () => {
    proxy.delayMs = 80 / 2 / FASTER
    const two = await TwoInstances.start(at, { a: proxy.port })
    await two.more()
    expect(await two.finish()).toEqual(COMPLETE)
    expect(await at.textInRedis('run')).toBe(at.textRecorded('run'))
  })

  test('a connection is reset before an append arrives: it is sent again', async () => {
    const two = await TwoInstances.start(at, { a: proxy.port })
    let resets = 0
    proxy.rule = (piece) => (isAppend(piece) && resets++ < 3 ? 'reset' : 'pass')
    await at.until(() => two.a.state.ups === 4)
    await two.more()
    expect(await two.finish()).toEqual(COMPLETE)
    expect(await at.textInRedis('run')).toBe(at.textRecorded('run'))
  })

  test('a connection is reset before the answer to an append arrives: it is not added twice', async () => {
    const two = await TwoInstances.start(at, { a: proxy.port })
    let resets = 0
    let isAsked = false
    proxy.rule = (piece) => {
      if (piece.isSubscriber) return 'pass'
      if (piece.from === 'client') isAsked = isAppend(piece)
      return piece.from === 'server' && isAsked && resets++ < 3 ? 'reset' : 'pass'
    }
    await at.until(() => two.a.state.ups === 4)
    await two.more()
    expect(await two.finish()).toEqual(COMPLETE)
    expect(await at.textInRedis('run')).toBe(at.textRecorded('run'))
  })

  test('what is published to an instance is lost: its readers get the rest a little later', async () => {
    const two = await TwoInstances.start(at, { b: proxy.port })
    proxy.rule = ({ isSubscriber }) => (isSubscriber ? 'drop' : 'pass')
    await at.until(() => two.b.state.downs === 1)
    proxy.rule = () => 'pass'
    await two.more()
    expect(await two.finish()).toEqual(COMPLETE)
  })

  test('what is published to the writing instance is lost: a stop elsewhere arrives all the same', async () => {
    const two = await TwoInstances.start(at, { a: proxy.port })
    proxy.rule = ({ isSubscriber }) => (isSubscriber ? 'drop' : 'pass')
    await two.b.stop('run')
    await two.ended()
    const text = words(two.a.state.spoken)
    for (const { state } of [two.a, two.b])
      expect(state.readings[0]).toMatchObject({ text, end: { stopReason: 'stopped' } })
    expect(two.a.state.ended).toMatchObject([{ charsAfterCut: 0 }])
  })

  test('Redis closes only the subscription: it is made again', async () => {
    const two = await TwoInstances.start(at)
    await at.ask('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await two.up(2)
    await two.more()
    expect(await two.finish()).toEqual(COMPLETE)
  })

  test('the reading instance is cut off for a while: its readers lose nothing', async () => {
    const two = await TwoInstances.start(at, { b: proxy.port })
    proxy.rule = () => 'drop'
    await at.until(() => two.b.state.downs === 1)
    await two.moreOn(two.a)
    proxy.rule = () => 'pass'
    await at.until(() => two.b.state.ups === 2)
    await two.more()
    // It may have been taken for dead, which ends nothing: it writes no run.
    expect(await two.finish()).toEqual({ ...COMPLETE, dead: expect.any(Array) })
  })

  test('the writing instance is cut off until it is taken for dead: `interrupted`, and it says no more', async () => {
    const two = await TwoInstances.start(at, { a: proxy.port })
    const { a, b } = two
    proxy.rule = () => 'drop'
    await at.until(() => b.state.readings[0]?.end !== undefined)
    const [text, recorded] = [await at.textInRedis('run'), at.records.eventsOf('run')]
    expect(b.state.readings[0]).toMatchObject({ text, end: { code: 'interrupted' } })
    // Its own readers are ahead of the others.
    await two.moreOn(a)
    expect(a.state.ended).toEqual([])
    proxy.rule = () => 'pass'
    await two.ended()
    expect(a.state.readings[0]).toMatchObject({ text: words(a.state.spoken), end: { code: 'interrupted' } })
    expect(a.state.ended).toMatchObject([{ terminal: { code: 'interrupted' }, charsAfterCut: 0 }])
    expect(await at.textInRedis('run')).toBe(text)
    expect(at.records.eventsOf('run')).toEqual(recorded)
    expect([a.state.calls, b.state.calls]).toEqual([1, 0])
  })

  test('the writing instance is cut off, and its run ends: readers elsewhere get all from the records', async () => {
    const two = await TwoInstances.start(at, { a: proxy.port })
    const { a, b } = two
    proxy.rule = () => 'drop'
    await two.moreOn(a)
    a.finish()
    await two.ended()
    for (const { state } of [a, b])
      expect(state.readings[0]).toMatchObject({
        text: words(a.state.spoken),
        end: { stopReason: 'end_turn' },
      })
    expect([a.state.calls, b.state.calls, a.state.ended.length]).toEqual([1, 0, 1])
  })
})
