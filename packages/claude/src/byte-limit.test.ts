import { expect, test } from 'vitest'
import { createByteLimit } from './byte-limit.ts'

/** Takes bytes one after the other, and tells which takes have been admitted. */
function takes(maxBytes: number) {
  const limit = createByteLimit(maxBytes)
  const admitted: number[] = []
  const release = new Map<number, () => void>()
  return {
    admitted,
    async take(bytes: number, signal = new AbortController().signal) {
      release.set(bytes, await limit.take(bytes, signal))
      admitted.push(bytes)
    },
    release: (bytes: number) => release.get(bytes)?.(),
  }
}
const settled = () => new Promise((resolve) => setImmediate(resolve))

test('takes are admitted in their order while there is room, one beyond the limit alone, and none at once', async () => {
  const { take, release, admitted } = takes(100)
  for (const bytes of [60, 40, 500, 10, 0]) void take(bytes)
  await settled()
  expect(admitted).toEqual([0, 60, 40])
  release(60)
  await settled()
  expect(admitted).toHaveLength(3)
  release(40)
  await settled()
  expect(admitted.slice(3)).toEqual([500])
  release(500)
  await settled()
  expect(admitted.slice(4)).toEqual([10])
})

test('a take whose signal is aborted leaves the queue, and those behind it go on', async () => {
  const { take, admitted } = takes(100)
  const controller = new AbortController()
  void take(60)
  const left = take(70, controller.signal)
  void take(30)
  controller.abort(new Error('stopped'))
  await expect(left).rejects.toThrow('stopped')
  await settled()
  expect(admitted).toEqual([60, 30])
  await expect(take(1, controller.signal)).rejects.toThrow('stopped')
})
