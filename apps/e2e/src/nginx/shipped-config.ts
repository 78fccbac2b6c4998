import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Servers } from './start-nginx.ts'

const SHIPPED = resolve(import.meta.dirname, '../../../../deploy/nginx/sluice.conf')

/**
 * The file that people deploy, on this machine's ports and with this machine's certificate. Nothing else is
 * changed, but that IPv6 is left out: not every machine has it.
 *
 * The first port is HTTP's, the second HTTPS's.
 */
export function shippedConfig(upstream: string, { readTimeout = '60s' } = {}): Servers {
  return ([http, https], { certificate, key }) => {
    const changes: [from: string, to: string][] = [
      ['server 127.0.0.1:3000;', `server ${new URL(upstream).host};`],
      ['listen 80;', `listen 127.0.0.1:${http};`],
      ['listen [::]:80;', ''],
      ['listen 443 ssl http2;', `listen 127.0.0.1:${https} ssl http2;`],
      ['listen [::]:443 ssl http2;', ''],
      ['/etc/letsencrypt/live/example.com/fullchain.pem', certificate],
      ['/etc/letsencrypt/live/example.com/privkey.pem', key],
      ['proxy_read_timeout 60s;', `proxy_read_timeout ${readTimeout};`],
    ]
    return changes.reduce(replaceOnce, readFileSync(SHIPPED, 'utf8'))
  }
}

/** @throws when the file no longer has it exactly once: then these tests would run something else. */
function replaceOnce(config: string, [from, to]: [string, string]): string {
  const parts = config.split(from)
  if (parts.length !== 2) throw new Error(`expected "${from}" once in ${SHIPPED}, found ${parts.length - 1}`)
  return parts.join(to)
}
