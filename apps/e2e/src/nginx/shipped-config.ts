import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Servers } from './start-nginx.ts'

const SHIPPED = resolve(import.meta.dirname, '../../../../deploy/nginx/sluice.conf')
const PROXY = resolve(SHIPPED, '../sluice-proxy.conf')

/**
 * The files in deploy/nginx, with the ports and the certificate of the test. IPv6 is left out, because not every machine
 * has it. Nothing else is changed.
 *
 * The first port is for HTTP, the second for HTTPS.
 */
export function shippedConfig(upstream: string, { readTimeout = '60s' } = {}): Servers {
  return ([http, https], { certificate, key }) => {
    const changes: [from: string, to: string][] = [
      ['include /etc/nginx/sluice-proxy.conf;', readFileSync(PROXY, 'utf8')],
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

/** @throws unless the file contains it exactly once, because the tests would then run another configuration. */
function replaceOnce(config: string, [from, to]: [string, string]): string {
  const parts = config.split(from)
  if (parts.length !== 2) throw new Error(`expected "${from}" once in ${SHIPPED}, found ${parts.length - 1}`)
  return parts.join(to)
}
