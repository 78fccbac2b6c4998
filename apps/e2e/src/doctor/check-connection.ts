import type { Finding } from './finding.ts'
import type { Target } from './reach.ts'

export function checkHttp({ url, web }: Target): Finding {
  const check = 'http'
  if (web.httpVersion === '2')
    return { check, level: 'ok', summary: 'HTTP/2: any number of tabs can stream at once.' }
  return {
    check,
    level: 'note',
    summary:
      'HTTP/1.1: a browser opens at most six connections to a site, so a seventh streaming tab has to wait, and so does its Stop button.',
    fix: [
      url.protocol === 'https:'
        ? 'nginx: `listen 443 ssl http2;` (from 1.25.1 on: `http2 on;`)'
        : 'Put a proxy with TLS and HTTP/2 in front, as in deploy/nginx/sluice.conf',
    ],
  }
}

/** Sends as many bytes as the longest conversation in Chinese to a procedure that refuses them. */
export async function checkBody({ about, visitor }: Target): Promise<Finding> {
  const check = 'body'
  const client = await visitor()
  const { status, error } = await client.mutate('runs.stop', { runId: '水'.repeat(about.maxPromptChars) })
  const size = `${((3 * about.maxPromptChars) / 1e6).toFixed(1)} MB`
  if (error)
    return { check, level: 'ok', summary: `A conversation of the maximum length (${size}) gets through.` }
  return {
    check,
    level: 'failure',
    summary: `A proxy answers ${status} to a conversation of the maximum length (${size}), which never reaches Sluice.`,
    fix: ['nginx: client_max_body_size 2m;'],
  }
}
