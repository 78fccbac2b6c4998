import { expect, test } from 'vitest'
import { readAttachment } from './read-attachment.ts'

const file = (name: string, type: string, bytes: number) =>
  new File([new Uint8Array(bytes).fill(65)], name, { type })
const never = async () => undefined

test('a file that fits is taken as it is', async () => {
  expect(await readAttachment(file('a.pdf', 'application/pdf', 3), 4, never)).toEqual({
    attachment: { type: 'document', name: 'a.pdf', mediaType: 'application/pdf', data: 'QUFB' },
  })
})

test('a file of exactly the room fits, of a character less it does not', async () => {
  const pdf = file('a.pdf', 'application/pdf', 4)
  expect(await readAttachment(pdf, 8, never)).toHaveProperty('attachment')
  expect(await readAttachment(pdf, 7, never)).toHaveProperty('problem')
})

test('an image that does not fit is made smaller, and is a JPEG then', async () => {
  const result = await readAttachment(file('a.b.png', 'image/png', 4), 4, async () => 'QkJC')
  expect(result).toEqual({
    attachment: { type: 'image', name: 'a.b.jpg', mediaType: 'image/jpeg', data: 'QkJC' },
  })
})

test('what cannot be taken is named, with the reason', async () => {
  const problem = async (...args: Parameters<typeof readAttachment>) => {
    const result = await readAttachment(...args)
    return 'problem' in result ? result.problem : undefined
  }
  expect(await problem(file('a.pdf', 'application/pdf', 150_000), 100_000, never)).toBe(
    'a.pdf has 146 KB; at most 73 KB fit in this question.',
  )
  expect(await problem(file('a.png', 'image/png', 5000), 100, never)).toMatch(/no room left/)
  expect(await problem(file('a.svg', 'image/svg+xml', 5), 100, never)).toMatch(/neither an image/)
  expect(await problem(file('a.pdf', 'application/pdf', 0), 100, never)).toBe('a.pdf is empty.')
})
