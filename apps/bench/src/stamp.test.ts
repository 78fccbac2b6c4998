import { expect, test } from 'vitest'
import { currentTick, decodeStamp, encodeStamp, ticksBetween } from './stamp.ts'

test('a stamp is read back from where it was written', () => {
  for (const tick of [0, 35, 36, 1_000_000, 36 ** 4 - 1]) {
    expect(decodeStamp(Buffer.from(`~${encodeStamp(tick)} for`), 1)).toBe(tick)
  }
})

test('a stamp that a chunk cut off, or that framing runs through, is none', () => {
  expect(decodeStamp(Buffer.from('~ab'), 1)).toBeUndefined()
  expect(decodeStamp(Buffer.from('~ab"}'), 1)).toBeUndefined()
})

test('the time between two stamps survives the wrap of the clock', () => {
  expect(ticksBetween(36 ** 4 - 3, 7)).toBe(10)
})

test('the clock is that of the machine', () => {
  const shared = Number(process.hrtime.bigint() / 100_000n) % 36 ** 4
  expect(Math.abs(ticksBetween(shared, currentTick()))).toBeLessThan(50)
})
