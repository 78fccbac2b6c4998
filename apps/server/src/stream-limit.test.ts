import { expect, test } from 'vitest'
import { LimitError } from './limits.ts'
import { createStreamLimit } from './stream-limit.ts'

test('an owner’s streams are limited, and closing one allows the next', () => {
  const open = createStreamLimit({ perOwner: 2, perIp: 100 })
  open('ann', '10.0.0.1')
  const close = open('ann', '10.0.0.2')
  expect(() => open('ann', '10.0.0.3')).toThrow(LimitError)
  expect(() => open('ann', '10.0.0.3')).toThrow('At most 2 answers')
  open('bob', '10.0.0.1')
  close()
  open('ann', '10.0.0.3')
  expect(() => open('ann', '10.0.0.3')).toThrow(LimitError)
})

test('an address’s streams are limited for all its owners, and a refused one does not count for its owner', () => {
  const open = createStreamLimit({ perOwner: 2, perIp: 1 })
  const close = open('ann', '10.0.0.1')
  for (let i = 0; i < 3; i++) {
    expect(() => open('bob', '::ffff:10.0.0.1')).toThrow('At most 1 answers can be followed at once from one')
  }
  open('bob', '2001:db8::1')
  expect(() => open('ann', '2001:db8::2')).toThrow(LimitError)
  close()
  open('bob', '10.0.0.1')
})

test('with a limit in all, owners and addresses do not matter', () => {
  const open = createStreamLimit({ perOwner: 2, perIp: 2, inAll: 2, what: 'files can be uploaded' })
  const close = open('ann', '10.0.0.1')
  open('bob', '10.0.0.2')
  expect(() => open('eve', '10.0.0.3')).toThrow('No more files can be uploaded at the moment.')
  close()
  open('eve', '10.0.0.3')
})
