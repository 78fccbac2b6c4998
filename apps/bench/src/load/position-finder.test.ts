import { expect, test } from 'vitest'
import { PositionFinder } from './position-finder.ts'

const STREAM = Buffer.from(
  '6\r\nid: 1\n\r\n2\r\n\n\n\r\n7a\r\ndata: {"type":"text","text":"~fsng for"}\n\r\n7\r\nid: 917\n\r\n2\r\n\n\n\r\n',
)

test('however a stream is cut, the last position is found', () => {
  for (let cut = 1; cut < STREAM.length; cut += 1) {
    const finder = new PositionFinder()
    const found = [finder.find(STREAM.subarray(0, cut)), finder.find(STREAM.subarray(cut))]
    expect(found.findLast((position) => position !== undefined)).toBe(917)
  }
})

test('each position is found in a stream that arrives byte by byte', () => {
  const finder = new PositionFinder()
  const found = new Set<number | undefined>()
  for (const byte of STREAM) found.add(finder.find(Buffer.from([byte])))
  expect([...found].filter((position) => position !== undefined)).toEqual([1, 917])
})
