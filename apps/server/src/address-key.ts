import { isIPv6 } from 'node:net'

/**
 * The key for limits per address: an IPv4 address itself, also when it is mapped into IPv6; of an IPv6 address its /64,
 * because one subscriber has all of it. Anything else is returned as it is. Undefined, the address of a client that
 * has already disconnected, becomes an empty string.
 */
export function addressKey(ip: string | undefined = ''): string {
  const address = ip.split('%', 1)[0] ?? ''
  if (!isIPv6(address)) return ip
  // The URL parser normalises an address: lower case, in hex, without leading zeros.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::', 2)
  const before = head.split(':').filter(Boolean)
  const after = (tail ?? '').split(':').filter(Boolean)
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  const groups = [...before, ...zeros, ...after]
  const [high = 0, low = 0] = groups.slice(6).map((group) => Number.parseInt(group, 16))
  if (groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff')
    return [high >> 8, high & 255, low >> 8, low & 255].join('.')
  return `${groups.slice(0, 4).join(':')}::/64`
}
