import { vi } from 'vitest'

/** Polls a condition that no event tells of. @throws after a minute. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitUntil(condition, { interval: 10, timeout: 60_000 })
}
