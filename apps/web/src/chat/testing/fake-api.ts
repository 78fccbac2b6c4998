import { createFakeServer } from '@sluice/client/testing'
import type { ChatApi } from '../chat.ts'

/** A server that accepts every question, and has no calls to decide about; `rest` is what it does otherwise. */
export function fakeApi(rest: Partial<ChatApi> = {}): ChatApi {
  return {
    ready: async () => {},
    start: async () => {},
    decide: () => Promise.reject(new Error('no call waits')),
    runs: createFakeServer().runs,
    ...rest,
  }
}
