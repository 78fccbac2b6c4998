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

  test('kill -9 of the only reading instance: the run is `abandoned` after the grace, and not before', async () => {
    const a = await at.connected('a')
    const b = await at.spawn('b')
    await a.start('run', 'abort')
    // Until the other one has begun.
    const leaving = new AbortController()
    void a.read('run', leaving.signal)
    b.read('run')
    await at.until(() => a.state.readers === 2)
    leaving.abort()
    await at.until(() => (b.state?.readings[0]?.text.length ?? 0) > 50)
    await b.kill()
    await at.until(() => a.state.readers === 0)
    expect(a.state.ended).toEqual([])
    const { spoken } = a.state
    await at.until(() => a.state.ended.length === 1)
    expect(a.state.spoken).toBeGreaterThan(spoken)
    expect(a.state.ended[0]).toMatchObject({ terminal: { code: 'abandoned' }, charsAfterCut: 0 })
    expect(at.textRecorded('run')).toBe(words(a.state.spoken))
    expect(a.state.calls).toBe(1)
  })

  test('kill -9 of one of two reading instances: the other one reads on', async () => {
    const a = await at.connected('a')
    const [b, c] = [await at.spawn('b'), await at.connected('c')]
    await a.start('run')
    b.read('run')
    const read = c.read('run')
    await at.until(() => a.state.readers === 2)
    await b.kill()
    await at.until(() => a.state.dead.includes('b') && a.state.readers === 1)
    a.finish()
    await read
    expect(c.state.readings[0]).toMatchObject({ text: words(a.state.spoken), end: { type: 'done' } })
    expect([a.state.calls, c.state.calls]).toEqual([1, 0])
  })
})
