import { cut, line, swap } from '../edits.ts'
import type { Shared } from '../room.ts'

/** Without nginx, and without Redis, `compose.yaml` has one server. */
export const ONE_SERVER = {
  'compose.yaml': [
    swap('two servers', 'one server'),
    swap('server-1: *server', 'server: *server'),
    cut('  server-2: *server\n'),
  ],
  'docs/deploy.md': [
    swap('two servers', 'one server'),
    swap(
      'Replace several servers one after the other:',
      'Replace several servers one after the other; `compose.yaml` has one:',
    ),
    line('for server in'),
    swap(
      '  docker compose up --detach --wait --no-deps $server',
      'docker compose up --detach --wait --no-deps server',
    ),
    line('done'),
  ],
}

/** What several rooms use: it goes with the last of them. */
export const SHARED: readonly Shared[] = [
  ...['nginx', 'redis'].map((other) => ({
    rooms: ['chaos', other],
    deletes: ['apps/e2e/src/page-client/tab.ts'],
    edits: {},
  })),
  {
    rooms: ['doctor', 'nginx'],
    deletes: ['apps/e2e/src/web-client'],
    edits: {
      'apps/e2e/README.md': [line('| `web-client`')],
      'apps/e2e/package.json': [line('"eventsource-parser":')],
    },
  },
]
