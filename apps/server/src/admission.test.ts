import { worstCaseUsd } from '@sluice/claude'
import { expect, test, vi } from 'vitest'
import { type AdmissionOptions, createAdmission } from './admission.ts'

const setUp = (options: Partial<AdmissionOptions>) => {
  const admission = createAdmission({ maxRuns: 100, maxRunsPerOwner: 100, maxRunsPerIp: 100, ...options })
  const admit = (usd: number, owner = 'ann') => admission.admit({ owner, ip: '::1', worstCaseUsd: usd })
  return { admission, admit }
}

const USED_UP = /is used up. The next day begins at 00:00 UTC/
const HELD_BACK = /may be used up by answers that are being written/

test('three default requests to the dearest model fit into an owner’s default budget', () => {
  const { admit } = setUp({ dailyUsd: 100, dailyUsdPerOwner: 10 })
  const longest = [{ role: 'user' as const, content: 'x'.repeat(200_000) }]
  const request = { model: 'claude-opus-4-8', messages: longest }
  for (let i = 0; i < 3; i++) expect(() => admit(worstCaseUsd(request))).not.toThrow()
})

test('runs that start at once overspend by one of them at most', () => {
  const { admit, admission } = setUp({ dailyUsd: 10 })
  const ends = [admit(4, 'ann'), admit(4, 'bob'), admit(4, 'cid')]
  expect(() => admit(4, 'dan')).toThrow(HELD_BACK)
  for (const end of ends) end(4)
  expect(admission.spentUsd).toBe(12)
})

test('what a run did not cost is there for others when it ends, and its end counts once', () => {
  const { admit, admission } = setUp({ dailyUsdPerOwner: 3 })
  const end = admit(3)
  expect(() => admit(0.01)).toThrow(HELD_BACK)
  for (let i = 0; i < 3; i++) end(1)
  expect(admission.spentUsd).toBe(1)
  admit(2)(2)
  expect(() => admit(0.01)).toThrow(USED_UP)
  // Another owner is not held to it.
  admit(3, 'bob')
})

test('a budget smaller than the worst case of any run allows one at a time', () => {
  const { admit } = setUp({ dailyUsd: 0.01 })
  const end = admit(1.6)
  expect(() => admit(1.6)).toThrow(HELD_BACK)
  end(0.009)
  admit(1.6)(0.001)
  expect(() => admit(1.6)).toThrow(USED_UP)
})

test('budgets are renewed at 00:00 UTC, and not a ms before; a run counts for the day on which it ends', () => {
  vi.useFakeTimers({ now: Date.parse('2026-03-01T22:00:00Z') })
  try {
    const { admit, admission } = setUp({ dailyUsd: 1, dailyUsdPerOwner: 1 })
    const long = admit(0.5)
    admit(0.4)(1)
    const refusal = (owner: string) => {
      try {
        admit(0.1, owner)
      } catch (error) {
        return error
      }
      return undefined
    }
    expect(refusal('ann')).toMatchObject({ reason: 'owner_budget', retryAfterMs: 7_200_000 })
    expect(refusal('bob')).toMatchObject({ reason: 'server_budget', retryAfterMs: 7_200_000 })
    vi.advanceTimersByTime(7_199_999)
    expect(refusal('bob')).toMatchObject({ reason: 'server_budget', retryAfterMs: 1 })
    vi.advanceTimersByTime(1)
    expect(admission.spentUsd).toBe(0)
    admit(0.1, 'bob')(0.1)
    long(0.9)
    expect(admission.spentUsd).toBe(1)
    expect(refusal('ann')).toMatchObject({ reason: 'server_budget', retryAfterMs: 86_400_000 })
  } finally {
    vi.useRealTimers()
  }
})

const TOO_MANY = { name: 'LimitError', reason: 'too_many_runs', retryAfterMs: 5000 }

test('an owner has so many unfinished runs at most; others are not held to it', () => {
  const { admit } = setUp({ maxRunsPerOwner: 2 })
  const ends = [admit(0), admit(0)]
  expect(() => admit(0)).toThrow(expect.objectContaining(TOO_MANY))
  admit(0, 'bob')
  ends[0]?.(0)
  admit(0)
  expect(() => admit(0)).toThrow(expect.objectContaining(TOO_MANY))
})

test('there are so many unfinished runs at most in all', () => {
  const { admit } = setUp({ maxRuns: 3 })
  const ends = ['ann', 'bob', 'cid'].map((owner) => admit(0, owner))
  expect(() => admit(0, 'dan')).toThrow(expect.objectContaining(TOO_MANY))
  ends[1]?.(0)
  admit(0, 'dan')
  expect(() => admit(0, 'eve')).toThrow(expect.objectContaining(TOO_MANY))
})
