import { expect, test } from 'vitest'
import { createPart } from './part.ts'

const noWait = {
  after(_ms: number, run: () => void) {
    queueMicrotask(run)
    return () => {}
  },
}

test('a part is loaded once, however often it is wanted', async () => {
  let imports = 0
  const part = createPart(async () => ++imports)
  expect(part.getSnapshot()).toEqual({ module: undefined, failed: false })
  expect(await Promise.all([part.load(), part.load()])).toEqual([1, 1])
  expect(await part.load()).toBe(1)
  expect(part.getSnapshot()).toEqual({ module: 1, failed: false })
})

test('the first failure is told at once, and forgotten when a later attempt succeeds', async () => {
  let imports = 0
  const states: unknown[] = []
  const part = createPart(async () => {
    imports++
    if (imports < 3) throw new Error('offline')
    return 'code'
  }, noWait)
  part.subscribe(() => states.push(part.getSnapshot()))
  await part.load()
  expect(states).toEqual([
    { module: undefined, failed: true },
    { module: 'code', failed: false },
  ])
})

test('after twelve attempts it rejects, and whoever wants it next begins again', async () => {
  let imports = 0
  let offline = true
  const part = createPart(async () => {
    imports++
    if (offline) throw new Error('offline')
    return 'code'
  }, noWait)
  await expect(part.load()).rejects.toThrow('offline')
  expect(imports).toBe(12)
  expect(part.getSnapshot().failed).toBe(true)
  offline = false
  expect(await part.load()).toBe('code')
  expect(imports).toBe(13)
})
