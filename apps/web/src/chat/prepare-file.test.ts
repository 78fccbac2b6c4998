import { expect, test } from 'vitest'
import { prepareFile } from './prepare-file.ts'

const file = (name: string, type: string, bytes: number) =>
  new File([new Uint8Array(bytes).fill(65)], name, { type })
const never = async () => undefined
const ROOM = { maxImageBytes: 1000, room: 5000 }

test('a file that fits is taken as it is, an image up to its own limit', async () => {
  for (const fitting of [file('a.pdf', 'application/pdf', 5000), file('a.png', 'image/png', 1000)])
    expect(await prepareFile(fitting, ROOM, never)).toEqual({ name: fitting.name, bytes: fitting })
  for (const larger of [file('a.pdf', 'application/pdf', 5001), file('a.png', 'image/png', 1001)])
    await expect(prepareFile(larger, ROOM, never)).rejects.toThrow(/but this question has/)
})

test('an image that does not fit is made smaller, and is a JPEG then', async () => {
  const smaller = new Blob(['BBB'], { type: 'image/jpeg' })
  const limits: number[] = []
  const fit = async (_: Blob, limit: number) => {
    limits.push(limit)
    return smaller
  }
  const png = file('a.b.png', 'image/png', 2000)
  expect(await prepareFile(png, ROOM, fit)).toEqual({ name: 'a.b.jpg', bytes: smaller })
  await prepareFile(png, { ...ROOM, room: 500 }, fit)
  expect(limits).toEqual([1000, 500])
})

test('what cannot be taken is named, with the reason', async () => {
  const problem = (tried: File, room: number) =>
    prepareFile(tried, { ...ROOM, room }, never).catch((error: unknown) => String(error))
  expect(await problem(file('a.pdf', 'application/pdf', 150_000), 75_000)).toBe(
    'FileError: a.pdf is 146 KB, but this question has room for 73 KB only.',
  )
  expect(await problem(file('a.png', 'image/png', 5000), 100)).toMatch(/no room left/)
  expect(await problem(file('a.svg', 'image/svg+xml', 5), 100)).toMatch(/neither an image/)
  expect(await problem(file('a.pdf', 'application/pdf', 0), 100)).toBe('FileError: a.pdf is empty.')
})
