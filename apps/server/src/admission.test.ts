import { expect, test } from 'vitest'
import { type AdmissionOptions, createAdmission } from './admission.ts'

const setUp = (options: Partial<AdmissionOptions>) => {
  const admission = createAdmission({ maxRuns: 100, maxRunsPerOwner: 100, maxRunsPerIp: 100, ...options })
  return (owner = 'ann') => admission.admit({ owner, ip: '::1' })
}

const TOO_MANY = { name: 'LimitError', reason: 'too_many_runs', retryAfterMs: 5000 }

test('the limit of unfinished runs per owner does not affect others, and an end counts once', () => {
  const admit = setUp({ maxRunsPerOwner: 2 })
  const ends = [admit(), admit()]
  expect(() => admit()).toThrow(expect.objectContaining(TOO_MANY))
  admit('bob')
  for (let i = 0; i < 3; i++) ends[0]?.()
  admit()
  expect(() => admit()).toThrow(expect.objectContaining(TOO_MANY))
})

test('the limit of unfinished runs applies to all owners together', () => {
  const admit = setUp({ maxRuns: 3 })
  const ends = ['ann', 'bob', 'cid'].map((owner) => admit(owner))
  expect(() => admit('dan')).toThrow(expect.objectContaining(TOO_MANY))
  ends[1]?.()
  admit('dan')
  expect(() => admit('eve')).toThrow(expect.objectContaining(TOO_MANY))
})
