import type { IncomingHttpHeaders } from 'node:http'

/** The proxies that can be recognised by the response headers. */
export function proxiesSeen(headers: IncomingHttpHeaders): string[] {
  const server = String(headers['server'] ?? '')
  const via = headers['via'] ?? ''
  const signs: [name: string, seen: boolean][] = [
    [server, /nginx|caddy|envoy|apache|openresty|varnish/i.test(server)],
    ['Cloudflare', headers['cf-ray'] !== undefined],
    ['CloudFront', headers['x-amz-cf-id'] !== undefined],
    ['AWS load balancer', /awselb/.test(server) || /AWSALB/.test(String(headers['set-cookie'] ?? ''))],
    ['Heroku', /vegur|heroku/i.test(via)],
    ['Google front end', /google/i.test(via)],
    ['Envoy', headers['x-envoy-upstream-service-time'] !== undefined && !/envoy/i.test(server)],
    ['Fly', headers['fly-request-id'] !== undefined],
    ['Vercel', headers['x-vercel-id'] !== undefined],
  ]
  return signs.filter(([, seen]) => seen).map(([name]) => name)
}

/** Proposed changes for a stream that is buffered, most likely first. */
export function bufferingFixes(headers: IncomingHttpHeaders, proxies: readonly string[]): string[] {
  const isRemoved = headers['x-accel-buffering'] === undefined
  const fixes = [
    ...(isRemoved
      ? [
          'Two nginx in a row? The inner one obeys X-Accel-Buffering and removes it. In the inner one, beside proxy_pass: proxy_pass_header X-Accel-Buffering;',
        ]
      : []),
    'Any nginx on the way, in `location = /trpc/runs.events`: proxy_buffering off; gzip off; (see deploy/nginx/sluice.conf)',
  ]
  if (headers['content-encoding'] !== undefined)
    fixes.push(
      `The stream arrives compressed (${headers['content-encoding']}). A compressor that does not flush buffers it: turn it off for text/event-stream.`,
    )
  if (proxies.includes('Cloudflare'))
    fixes.push(
      'Cloudflare: no cache rule for /trpc/*, “Response Buffering” off, and a named tunnel: quick tunnels (trycloudflare.com) buffer event streams.',
    )
  fixes.push('Azure Application Gateway: response buffer off. Apache: ProxyPass … flushpackets=on.')
  return fixes
}
