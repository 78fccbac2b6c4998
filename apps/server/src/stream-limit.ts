import { addressKey } from './address-key.ts'
import { LimitError } from './limits.ts'

export interface StreamLimitOptions {
  /** Limit of streams per owner. */
  readonly perOwner: number
  /** Limit of streams per address. */
  readonly perIp: number
  /** Limit of streams in all. Default: none. */
  readonly inAll?: number | undefined
  /** For the message of the error. Default: `answers can be followed`. */
  readonly what?: string | undefined
}

/**
 * Counts an event stream, or an upload, until the returned function is called.
 *
 * @throws {LimitError} when a limit is reached.
 */
export type OpenStream = (owner: string, ip: string) => () => void

/** When a stream may have closed, in ms. An estimate. */
const CLOSES_AFTER_MS = 5000

export function createStreamLimit(options: StreamLimitOptions): OpenStream {
  const { perOwner, perIp, inAll = Infinity, what = 'answers can be followed' } = options
  const owners = countPerKey(perOwner, `At most ${perOwner} ${what} at once.`)
  const addresses = countPerKey(perIp, `At most ${perIp} ${what} at once from one address.`)
  const all = countPerKey(inAll, `No more ${what} at the moment.`)
  return (owner, ip) => {
    const address = addressKey(ip)
    all.assertBelowLimit('')
    owners.assertBelowLimit(owner)
    addresses.assertBelowLimit(address)
    all.add('', 1)
    owners.add(owner, 1)
    addresses.add(address, 1)
    return () => {
      all.add('', -1)
      owners.add(owner, -1)
      addresses.add(address, -1)
    }
  }
}

function countPerKey(max: number, message: string) {
  const counts = new Map<string, number>()
  return {
    assertBelowLimit(key: string) {
      if ((counts.get(key) ?? 0) >= max) throw new LimitError(message, CLOSES_AFTER_MS)
    },
    add(key: string, more: number) {
      const count = (counts.get(key) ?? 0) + more
      if (count > 0) counts.set(key, count)
      else counts.delete(key)
    },
  }
}
