import { expect, test } from 'vitest'
import { createTurns } from './create-turns.ts'

test('concurrent callers go on in order, each in its own turn of the event loop', async () => {
  const takeTurn = createTurns()
  let turns = 0
  let counting = true
  const count = () => {
    turns++
    if (counting) setImmediate(count)
  }
  count()
  const seen: number[] = []
  const wait = async () => {
    await takeTurn()
    seen.push(turns)
  }
  await Promise.all([wait(), wait(), wait(), wait()])
  counting = false
  expect(seen).toHaveLength(4)
  expect(new Set(seen).size).toBe(4)
})
