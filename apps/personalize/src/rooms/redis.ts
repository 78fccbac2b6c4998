import { block, cut, line, lines, swap } from '../edits.ts'
import type { Room } from '../room.ts'
import { ONE_SERVER } from './shared.ts'

export const REDIS: Room = {
  name: 'redis',
  about:
    'several servers that share live answers through Redis, and their tests; one server needs none of it',
  deletes: [
    'packages/runs-redis',
    'apps/server/src/live-store.ts',
    'apps/server/src/end-runs-of.ts',
    'apps/server/src/instances.test.ts',
    'apps/server/src/redis-outages.test.ts',
    'apps/server/src/testing/on-redis-and-postgres.ts',
    'apps/bench/src/instances',
    'apps/e2e/src/chaos/instances.test.ts',
    'apps/e2e/src/nginx/deploy.test.ts',
    'apps/e2e/src/nginx/nginx-two-servers.test.ts',
    'docs/scaling.md',
  ],
  edits: {
    'apps/server/package.json': [line('"@sluice/runs-redis":')],
    'apps/server/src/accounts.ts': [
      swap(
        'in its memory a little later, without Redis when they have\n   * ended.',
        'when they have ended.',
      ),
      swap(
        'is stopped a little later; without Redis it is not stored, and ends when its readers have left.',
        'is not stored, and ends when its readers have left.',
      ),
    ],
    'apps/server/src/database.ts': [
      lines('/** Processes that are known to be alive', 'readonly alive?'),
      cut(', alive', 'openDatabase, alive, beatMs'),
      line('alive: alive?.() ?? []'),
      cut(' With Redis, most are found there before.'),
    ],
    'apps/server/src/env.ts': [
      line('const REDIS_URLS'),
      lines('REDIS_URL: z', '.optional()'),
      swap(' With `REDIS_URL`, what the processes\n * share has to be set in development too.', ''),
      lines('const isShared', "problems.push('  DATABASE_URL: with REDIS_URL"),
      swap("} else if (production && !given['DATABASE_URL'])", "if (production && !given['DATABASE_URL'])"),
      swap('(production || isShared)', 'production'),
    ],
    'apps/server/src/env.test.ts': [block("test('with REDIS_URL")],
    'apps/server/src/limits.ts': [
      cut(' RateLimiterRedis,', 'RateLimiterMemory, RateLimiterRedis, RateLimiterRes'),
      swap(
        `  /**
   * Sends a command to the Redis where the starts of all instances are counted. Starts fail with what it throws.
   * Default: this process counts its own.
   */
  readonly send?: ((...args: readonly string[]) => Promise<unknown>) | undefined
`,
        '',
      ),
      swap(
        "sharedLimiter('sluice:starts:owner', options.startsPerMinute, options.send)",
        'new RateLimiterMemory({ points: options.startsPerMinute, duration: MINUTE_S })',
      ),
      swap(
        "sharedLimiter('sluice:starts:address', options.startsPerMinutePerIp, options.send)",
        'new RateLimiterMemory({ points: options.startsPerMinutePerIp, duration: MINUTE_S })',
      ),
      block('function sharedLimiter('),
      cut(' | RateLimiterRedis', 'limiter: RateLimiterMemory | RateLimiterRedis'),
    ],
    'apps/server/src/metrics.ts': [
      line('import type { RedisLiveStore }'),
      lines('/** Undefined without Redis. */', 'readonly redis:'),
      cut(', redis', 'spentToday, redis }'),
      block('if (redis) {'),
    ],
    'apps/server/src/serve.ts': [
      line('import { createLiveStore }'),
      cut(' and Redis, if it is used, was reached'),
      swap(
        '{DatabaseError} `newer`; {Error} for a Redis that evicts keys. Trying',
        '{DatabaseError} `newer`. Trying',
      ),
      line('alive: () => live'),
      lines('const live =', '})'),
      line('send: live'),
      cut(', redis: live?.store'),
      line('live: live'),
      line('await live?.close()'),
      swap('Promise.all([database.open(), live?.checked])', 'database.open()'),
    ],
    'packages/db/src/index.ts': [line('readUnfinishedRuns,')],
    'packages/db/src/runs.ts': [block('export async function readUnfinishedRuns(')],
    'packages/db/src/contract.test.ts': [
      line('readUnfinishedRuns,'),
      block("test('what is left of a process is found"),
    ],
    'apps/bench/package.json': [
      line('"bench:instances":'),
      line('"@redis/client":'),
      line('"@sluice/runs-redis":'),
    ],
    'apps/bench/src/processes/start-peer.ts': [cut(", ...(env['REDIS_URL'] ? ['redis is connected'] : [])")],
    'apps/bench/src/load/crowd.ts': [
      lines("/** Where sluice's answers", 'readonly readUrl?'),
      cut(', readUrl', 'url, readUrl, prompt }'),
      line('readUrl,\n'),
    ],
    'apps/bench/src/load/visit.ts': [lines('/** Another instance of the server', 'readonly readUrl?')],
    'apps/bench/src/load/sluice-visit.ts': [
      cut(', readUrl = url'),
      swap('readUrl', 'url', "post(readUrl, 'runs.ack'"),
      swap('url: readUrl', 'url'),
      swap('readUrl', 'url', "post(readUrl, 'runs.stop'"),
    ],
    'apps/e2e/package.json': [line('"@sluice/runs-redis":')],
    'apps/e2e/src/nginx/shipped-config.ts': [
      line('const COMPOSE'),
      block('export function composeConfig('),
      block('export function shippedUpstreams('),
    ],
    'deploy/nginx/compose.conf': [
      cut(', to two servers that share a Redis'),
      swap('server-1:3000', 'server:3000'),
      line('server server-2:3000'),
    ],
    'deploy/nginx/sluice.conf': [
      lines('# In turn: servers that share', '# Routing by session saves'),
      swap(
        '    # hash $sluice_session consistent;',
        '    # Of several servers each answers only for the answers that it writes, so they need this line:\n    # hash $sluice_session consistent;',
      ),
    ],
    'compose.yaml': [
      ...ONE_SERVER['compose.yaml'],
      swap(', Postgres and Redis', ' and Postgres'),
      line('REDIS_URL:'),
      line('redis: { condition'),
      swap(
        `  redis:
    image: redis:8
    # It holds answers that are being written: none may be evicted, and none need outlive it.
    command: redis-server --maxmemory 256mb --maxmemory-policy noeviction --save ''
    healthcheck:
      test: redis-cli ping
      interval: 2s
      retries: 30
    restart: unless-stopped

`,
        '',
      ),
    ],
    'knip.json': [
      swap(
        `    "packages/runs-redis": {
      "entry": ["src/testing/instance-process.ts"],
      "ignoreDependencies": ["tsx"]
    },
`,
        '',
      ),
    ],
    'package.json': [line('"bench:instances":')],
    'pnpm-workspace.yaml': [line("'@redis/client':")],
    '.ci/run': [line('command -v redis-server')],
    '.env.example': [lines('# Connects several servers', '# REDIS_URL='), cut(', also with REDIS_URL')],
    'CONTRIBUTING.md': [line('- `@redis/client`')],
    'docs/configuration.md': [line('- `REDIS_URL`')],
    'docs/deploy.md': [
      ...ONE_SERVER['docs/deploy.md'],
      swap(', Postgres and Redis:', ' and Postgres:'),
      swap('## Postgres and Redis', '## Postgres'),
      line('- **Redis** 7'),
      swap(
        'share both: see [Scale out](scaling.md). `/readyz` ignores Redis. Each deployment has a Redis database of its own. Without Redis, route',
        'share it: route',
      ),
      swap('  docker compose exec nginx', 'docker compose exec nginx'),
    ],
    'docs/development.md': [
      swap(', PostgreSQL or Redis', ' or PostgreSQL'),
      swap(
        '`bench:web`, `bench:instances`: [server](performance.md), [page](rendering.md), [scaling](scaling.md)',
        '`bench:web`: [server](performance.md), [page](rendering.md)',
      ),
    ],
    'docs/failures.md': [cut(' Several servers: [Scale out](scaling.md#failures).')],
    'docs/operations.md': [
      cut(', `redis is connected`'),
      line('- `redis does not tell'),
      line('- `redis cannot be reached'),
      line('- `sluice_redis_up`'),
      line('- `sluice_other_instances`'),
      line('- `sluice_runs_copied` over'),
    ],
    'docs/protocol.md': [
      swap('Without Redis, a run of another instance', 'A run of another instance'),
      swap('database or Redis away; without Redis, another', 'or the database away; another'),
    ],
    'docs/proxies.md': [cut(' without Redis, or to [save CPU](scaling.md)')],
  },
  leftovers: [/\bredis|Redis|REDIS/, /scaling\.md/, /valkey/i],
  // A database driver's optional peer.
  spares: /(?:^|\/)pnpm-lock\.yaml$/,
}
