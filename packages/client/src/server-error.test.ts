import { TRPCClientError } from '@trpc/client'
import { expect, test } from 'vitest'
import { isRefusal } from './server-error.ts'

function answered(code: string): TRPCClientError<never> {
  return new TRPCClientError('no', {
    result: { error: { message: 'no', code: -32_000, data: { code } } },
  } as never)
}

test('an error of the server is a refusal', () => {
  for (const code of ['BAD_REQUEST', 'NOT_FOUND', 'TOO_MANY_REQUESTS', 'INTERNAL_SERVER_ERROR'])
    expect(isRefusal(answered(code))).toBe(true)
})

test('after a 503 of the server, and after errors on the way, the call may be repeated', () => {
  expect(isRefusal(answered('SERVICE_UNAVAILABLE'))).toBe(false)
  expect(isRefusal(new TRPCClientError('fetch failed'))).toBe(false)
  expect(isRefusal(new TypeError('x'))).toBe(false)
})

test('a 4xx of a proxy is a refusal; its 5xx is not', () => {
  const from = (status: number) =>
    new TRPCClientError('x', { meta: { response: new Response(null, { status }) } })
  expect(isRefusal(from(413))).toBe(true)
  expect(isRefusal(from(502))).toBe(false)
})
