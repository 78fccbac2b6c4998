import { cut, line, lines, section, swap } from '../edits.ts'
import type { Room } from '../room.ts'
import { ONE_SERVER } from './shared.ts'

export const NGINX: Room = {
  name: 'nginx',
  about: 'nginx’s configuration in deploy/nginx and compose.yaml, and the tests that run it',
  deletes: ['deploy/nginx', 'apps/e2e/src/nginx', 'apps/e2e/src/doctor/doctor-nginx.test.ts'],
  edits: {
    'compose.yaml': [
      ...ONE_SERVER['compose.yaml'],
      cut('nginx, ', 'nginx, two servers'),
      swap('  build: .\n', "  build: .\n  ports: ['127.0.0.1:8080:3000']\n"),
      lines('# nginx replaces', 'TRUST_PROXY'),
      lines('nginx:', 'server-2: { condition'),
    ],
    '.ci/run': [cut('nginx ', 'for tool in nginx openssl')],
    '.github/workflows/ci.yml': [cut('nginx, ', 'need nginx, Firefox')],
    'apps/e2e/README.md': [
      swap('the page in real browsers, a real nginx.', 'the page in real browsers.'),
      line('| `nginx`'),
      cut(' and the tests with nginx'),
    ],
    'apps/e2e/src/free-ports.ts': [cut(' nginx cannot report a port that the system chose for port 0.')],
    'apps/e2e/src/doctor/check-connection.ts': [cut(', as in deploy/nginx/sluice.conf')],
    'apps/e2e/src/doctor/fixes.ts': [cut(' (see deploy/nginx/sluice.conf)')],
    'AGENTS.md': [cut(', nginx', 'browsers, nginx')],
    'CHANGELOG.md': [
      swap(', a systemd unit and nginx configuration', ' and a systemd unit'),
      line("- nginx's configuration"),
    ],
    'README.md': [cut(', nginx', 'browser, nginx')],
    'docs/deploy.md': [
      ...ONE_SERVER['docs/deploy.md'],
      swap('put [nginx](proxies.md#nginx) in front', 'put a [proxy](proxies.md) with TLS in front'),
      cut('nginx, ', 'nginx, two servers'),
      line('docker compose exec nginx'),
      cut(' (commented in `deploy/nginx/sluice.conf`)'),
    ],
    'docs/development.md': [cut(', nginx', 'browsers, nginx'), cut(', nginx', 'browser, nginx, PostgreSQL')],
    'docs/proxies.md': [
      swap('## nginx\n', '## What a proxy must do\n'),
      line('Copy [`deploy/nginx/sluice.conf`]'),
      swap('- Use HTTP/2', 'Start the server with `TRUST_PROXY=1`.\n\n- Use HTTP/2'),
      swap(
        'No `proxy_ignore_client_abort`: nginx must close its request when the browser does.',
        'Close the request to the server when the browser closes its own.',
      ),
      cut(
        'List them in `upstream`. They take requests in turn; when one is stopped or restarts, nginx asks the next. ',
      ),
      cut(' (`hash`)'),
      section('## Two nginx in a row'),
    ],
    'docs/scaling.md': [swap('[nginx](proxies.md#nginx) in front', 'a balancer in front')],
  },
  leftovers: [/nginx/i, /sluice-proxy/],
  // The doctor knows the proxies of others.
  spares: /^(?:apps\/e2e\/src\/doctor\/|apps\/server\/src\/event-stream\.ts|packages\/claude-sim\/answers\/)/,
}
