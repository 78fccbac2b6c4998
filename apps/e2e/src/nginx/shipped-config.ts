import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Servers } from './start-nginx.ts'

const SHIPPED = resolve(import.meta.dirname, '../../../../deploy/nginx/sluice.conf')
const COMPOSE = resolve(SHIPPED, '../compose.conf')
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
      ['server 127.0.0.1:3000 max_fails', `server ${new URL(upstream).host} max_fails`],
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

/** The file of compose.yaml, with the ports of the test. The first port is for HTTP. */
export function composeConfig(upstreams: readonly [string, string]): Servers {
  return ([http]) => {
    const changes: [from: string, to: string][] = [
      ['include /etc/nginx/sluice-proxy.conf;', readFileSync(PROXY, 'utf8')],
      ['listen 80;', `listen 127.0.0.1:${http};`],
      ['server-1:3000', new URL(upstreams[0]).host],
      ['server-2:3000', new URL(upstreams[1]).host],
    ]
    return changes.reduce(replaceOnce, readFileSync(COMPOSE, 'utf8'))
  }
}

/** The directives of `upstream` in both files, without addresses. */
export function shippedUpstreams(): string[][] {
  return [SHIPPED, COMPOSE].map((file) => {
    const [, block = ''] = /upstream sluice \{(.*?)\n\}/s.exec(readFileSync(file, 'utf8')) ?? []
    const lines = block.split('\n').map((line) => line.replace('# server', 'server').trim())
    return lines
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.replace(/server \S+/, 'server'))
  })
}

/** @throws unless the file contains it exactly once, because the tests would then run another configuration. */
function replaceOnce(config: string, [from, to]: [string, string]): string {
  const parts = config.split(from)
  if (parts.length !== 2)
    throw new Error(`expected "${from}" once in the shipped file, found ${parts.length - 1}`)
  return parts.join(to)
}
