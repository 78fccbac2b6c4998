import { isIPv6 } from 'node:net'

/**
 * What an address is counted under: an IPv6 address by its /64, because one visitor has all of it; an IPv4
 * address inside IPv6 (`::ffff:192.0.2.1`) as that IPv4 address; anything else as it is.
 */
export function addressKey(ip: string): string {
  if (!isIPv6(ip)) return ip
  const groups = groupsOf(ip)
  const isMapped = groups.slice(0, 6).join() === '0,0,0,0,0,ffff'
  return isMapped ? ipv4Of(groups.slice(6)) : `${groups.slice(0, 4).join(':')}::/64`
}

/** The eight groups, in hex without leading zeros. */
function groupsOf(ip: string): string[] {
  // The URL parser writes every form of an address the same way. It takes no zone (`%eth0`).
  const { hostname } = new URL(`http://[${ip.split('%', 1)[0]}]`)
  const [head, tail] = hostname.slice(1, -1).split('::').map(split)
  const [left = [], right = []] = [head, tail]
  return [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right]
}

function split(groups: string): string[] {
  return groups === '' ? [] : groups.split(':')
}

function ipv4Of(groups: readonly string[]): string {
  return groups
    .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255])
    .join('.')
}
