import { afterEach, beforeEach, expect, test } from 'vitest'
import { Deployment } from '../testing/deployment.ts'
import { onRedis } from '../testing/on-redis.ts'
import { words } from '../testing/word-source.ts'

onRedis((program) => {
  let at: Deployment
  beforeEach(async () => {
    at = await Deployment.start(program)
  })
  afterEach(async () => {
    expect(await at.close()).toEqual({ exitCodes: [], timers: 0 })
  })

  test('kill -9 of the writing instance: readers elsewhere get what Redis had, and `interrupted`', async () => {
    const a = await at.spawn('a')
    const [b, c] = [await at.connected('b'), await at.connected('c')]
    a.start('run')
    a.start('unread')
    await at.until(() => a.state?.calls === 2)
    const reads = [b.read('run'), c.read('run')]
    await at.until(() => [b, c].every(({ state }) => (state.readings[0]?.text.length ?? 0) > 50))
    while ((await at.textInRedis('unread')).length < 50);
    await a.kill()
    await Promise.all(reads)
    await at.until(() => b.state.dead.includes('a'))
    await b.read('unread')
    const readings = { run: [b.state.readings[0], c.state.readings[0]], unread: [b.state.readings[1]] }
    for (const [runId, received] of Object.entries(readings)) {
      const text = await at.textInRedis(runId)
      expect(text).toBe(words(text.trim().split(' ').length))
      expect(at.textRecorded(runId)).toBe(text)
      for (const reading of received)
        expect(reading).toMatchObject({ text, end: { type: 'error', code: 'interrupted' } })
    }
    expect([a.state?.calls, b.state.calls, c.state.calls]).toEqual([2, 0, 0])
    expect(b.store.others).toEqual(['c'])
  })

  test('a writing instance that was frozen until it was taken for dead ends its run, and changes nothing', async () => {
    const a = await at.spawn('a')
    const b = await at.connected('b')
    a.start('run')
    a.read('run')
    await at.until(() => (a.state?.readings[0]?.text.length ?? 0) > 50)
    const read = b.read('run')
    await at.until(() => (b.state.readings[0]?.text.length ?? 0) > 50)
    a.freeze()
    await read
    const [text, recorded] = [await at.textInRedis('run'), at.records.eventsOf('run')]
    expect(b.state.readings[0]).toMatchObject({ text, end: { type: 'error', code: 'interrupted' } })
    a.thaw()
    await at.until(() => a.state?.ended.length === 1 && a.state.readings[0]?.end !== undefined)
    const local = a.state?.readings[0]
    expect(local?.end).toMatchObject({ type: 'error', code: 'interrupted' })
    // It may have said a little more, to its own readers only.
    expect(local?.text).toBe(words(a.state?.spoken ?? 0))
    expect(local?.text.startsWith(text)).toBe(true)
    expect(await at.textInRedis('run')).toBe(text)
    expect(at.records.eventsOf('run')).toEqual(recorded)
    expect(a.state?.ended[0]).toMatchObject({ charsAfterCut: 0 })
    expect([a.state?.calls, b.state.calls]).toEqual([1, 0])
  })

  test('an instance that dies while Redis loses everything is found dead all the same', async () => {
    const a = await at.spawn('a')
    const b = await at.connected('b')
    a.start('run')
    await at.until(() => a.state?.calls === 1)
    const read = b.read('run')
    await at.until(() => (b.state.readings[0]?.text.length ?? 0) > 50)
    await Promise.all([a.kill(), at.redis.kill()])
    await at.until(() => b.state.downs === 1)
    const { text } = b.state.readings[0] ?? {}
    await at.redis.restart()
    await read
    expect(b.state.readings[0]).toMatchObject({ text, end: { type: 'error', code: 'interrupted' } })
  })

  test('an instance that is frozen while Redis loses everything is fenced as well', async () => {
    const a = await at.spawn('a')
    const b = await at.connected('b')
    a.start('run')
    await at.until(() => a.state?.calls === 1)
    const read = b.read('run')
    await at.until(() => (b.state.readings[0]?.text.length ?? 0) > 50)
    a.freeze()
    await at.redis.restart()
    await read
    expect(b.state.readings[0]?.end).toMatchObject({ type: 'error', code: 'interrupted' })
    const recorded = at.records.eventsOf('run')
    a.thaw()
    await at.until(() => a.state?.ended.length === 1)
    expect(a.state?.ended[0]).toMatchObject({ terminal: { code: 'interrupted' }, charsAfterCut: 0 })
    expect(at.records.eventsOf('run')).toEqual(recorded)
    expect(await at.textInRedis('run')).toBe('')
  })
})
