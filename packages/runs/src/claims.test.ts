import { expect, test } from 'vitest'
import { Claims } from './claims.ts'

test('a claim is remembered with its owner, an unknown id is nobody’s', () => {
  const claims = new Claims()
  claims.add('run', 'ada')
  expect(claims.ownerOf('run')).toBe('ada')
  expect(claims.ownerOf('other')).toBeUndefined()
})

test('every claim of a remembered epoch is known; one epoch later it is neither', () => {
  const claims = new Claims(2)
  const first = claims.epoch
  claims.add('1', 'ada')
  claims.add('2', 'ada')
  expect(claims.epoch).toBe(first)
  claims.add('3', 'ada')
  const second = claims.epoch
  expect(second).not.toBe(first)
  claims.add('4', 'ada')
  expect([claims.remembers(first), claims.remembers(second)]).toEqual([true, true])
  expect(['1', '2', '3', '4'].map((id) => claims.ownerOf(id))).toEqual(['ada', 'ada', 'ada', 'ada'])
  claims.add('5', 'ada')
  expect([claims.remembers(first), claims.remembers(second)]).toEqual([false, true])
  expect(['1', '2', '3', '4', '5'].map((id) => claims.ownerOf(id))).toEqual([
    undefined,
    undefined,
    'ada',
    'ada',
    'ada',
  ])
})

test('two processes have no epoch in common', () => {
  const [one, other] = [new Claims(), new Claims()]
  expect(one.remembers(other.epoch)).toBe(false)
})
