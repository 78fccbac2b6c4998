import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { leftovers, OLD_NAME, renamed, withoutRooms } from './plan.ts'
import { productOf } from './product.ts'
import type { Room } from './room.ts'
import { ROOMS } from './rooms.ts'
import { PERSONALIZE } from './rooms/personalize.ts'
import { readTree } from './tree.ts'

const tree = readTree(resolve(import.meta.dirname, '../../..'))
const product = productOf('Acme Chat', 'acme')

/** `pnpm install` writes these anew. */
const isWritten = ({ path }: { path: string }) => !path.endsWith('pnpm-lock.yaml')

function leftBy(rooms: readonly Room[]) {
  const after = renamed(withoutRooms(tree, rooms), product)
  return leftovers(after, [...rooms, PERSONALIZE, OLD_NAME]).filter(isWritten)
}

test.each(ROOMS)('without $name nothing is left of it', (room) => {
  expect(leftovers(tree, [room]).length).toBeGreaterThan(5)
  expect(leftBy([room])).toEqual([])
})

test('without all rooms nothing is left of them, nor of the name, but in the licence and the credit', () => {
  expect(leftBy(ROOMS)).toEqual([])
  const after = renamed(withoutRooms(tree, ROOMS), product)
  expect(after.get('LICENSE')).toBe(tree.get('LICENSE'))
  expect(after.get('README.md')).toContain('Made from Sluice')
  expect(after.get('README.md')).toMatch(/^# Acme Chat\n/)
})

test('no room is in the way of another one', () => {
  for (const one of ROOMS)
    for (const other of ROOMS)
      expect(() => withoutRooms(tree, [one, other]), `${one.name}, ${other.name}`).not.toThrow()
})

test('of a checkout that differs nothing is changed, and each difference is told', () => {
  const other = new Map(tree)
  other.delete('docs/rendering.md')
  other.set('turbo.json', '{}')
  expect(() => withoutRooms(other, ROOMS)).toThrow(
    /so nothing was changed:\n(?:.*\n)*  docs\/rendering\.md: it is not there(?:\n.*)*|turbo\.json: it lacks/,
  )
})
