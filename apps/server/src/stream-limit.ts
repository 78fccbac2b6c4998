import { addressKey } from './address-key.ts'
import { LimitError } from './limits.ts'

export interface StreamLimitOptions {
  /** The most event streams that one owner may have open. */
  readonly perOwner: number
  /** The most event streams that may be open from one address. */
  readonly perIp: number
}

/**
 * Takes a place for an event stream, until the returned function is called.
 *
 * @throws {LimitError} when there is none left.
 */
export type OpenStream = (owner: string, ip: string) => () => void

/** ms. A guess at when a stream may have closed. */
const CLOSES_AFTER_MS = 5000

export function createStreamLimit({ perOwner, perIp }: StreamLimitOptions): OpenStream {
  const owners = countPerKey(perOwner, `At most ${perOwner} answers can be followed at once.`)
  const addresses = countPerKey(perIp, `At most ${perIp} answers can be followed at once from one address.`)
  return (owner, ip) => {
    const address = addressKey(ip)
    owners.assertRoom(owner)
    addresses.assertRoom(address)
    owners.add(owner, 1)
    addresses.add(address, 1)
    return () => {
      owners.add(owner, -1)
      addresses.add(address, -1)
    }
  }
}

function countPerKey(max: number, message: string) {
  const counts = new Map<string, number>()
  return {
    assertRoom(key: string) {
      if ((counts.get(key) ?? 0) >= max) throw new LimitError(message, CLOSES_AFTER_MS)
    },
    add(key: string, more: number) {
      const count = (counts.get(key) ?? 0) + more
      if (count > 0) counts.set(key, count)
      else counts.delete(key)
    },
  }
}
