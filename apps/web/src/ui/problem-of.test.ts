import { TRPCClientError } from '@trpc/client'
import { expect, test } from 'vitest'
import { problemOf } from './problem-of.ts'

test('a refusal speaks in the words of the server, and a lost network in ours', () => {
  const data = { code: 'BAD_REQUEST', httpStatus: 400 }
  const refusal = new TRPCClientError('Titles have at most 200 characters.', {
    result: { error: { message: 'Titles have at most 200 characters.', code: -32_600, data } },
  })
  expect(problemOf(refusal)).toBe('Titles have at most 200 characters.')
  expect(problemOf(new TRPCClientError('Failed to fetch'))).toBe('The server cannot be reached.')
  expect(problemOf(null)).toBeUndefined()
})
