import { cut, line, swap } from '../edits.ts'
import type { Room } from '../room.ts'

export const CHAOS: Room = {
  name: 'chaos',
  about: 'hundreds of runs under injected faults, random requests and bytes, and a soak: minutes of CI',
  deletes: [
    'apps/e2e/src/chaos',
    'apps/e2e/src/fuzz',
    'apps/e2e/src/soak',
    'apps/e2e/src/random.ts',
    'apps/e2e/src/resources.ts',
  ],
  edits: {
    'package.json': [line('"test:chaos":'), line('"soak":'), cut(' && pnpm test:chaos')],
    'turbo.json': [
      swap(
        `"cache": false },
    "test:chaos": { "dependsOn": ["transit", "^build"], "cache": false }`,
        '"cache": false }',
      ),
    ],
    'knip.json': [cut(', "src/chaos/tool-server.ts"')],
    'apps/e2e/package.json': [
      swap(
        ` --exclude \\"src/chaos/**\\"",
    "test:chaos": "vitest run --testTimeout=300000 src/chaos",
    "soak": "tsx src/soak/main.ts"`,
        '"',
      ),
      line('"fast-check":'),
      line('"pino":'),
    ],
    'apps/e2e/vitest.config.ts': [line('// Counting the objects'), line('execArgv:')],
    'apps/e2e/README.md': [
      line('| `chaos`'),
      line('| `fuzz`'),
      line('| `soak`'),
      line('`random.ts` has the seeded'),
    ],
    'apps/e2e/src/page-client/tab.ts': [swap('export type TabSnapshot', 'type TabSnapshot')],
    'packages/runs-redis/package.json': [swap('"test:chaos"', '"test:e2e"')],
    '.github/ISSUE_TEMPLATE/bug.yml': [cut(' For chaos and\n        fuzz tests, the seed that they print.')],
    'AGENTS.md': [cut(', chaos, fuzzing')],
    'CHANGELOG.md': [cut(', chaos and fuzz tests')],
    'README.md': [cut(', chaos, fuzz')],
    'docs/development.md': [cut(', fuzzing'), line('- `pnpm test:chaos`'), line('- `pnpm soak`')],
    'docs/failures.md': [cut(' (`chaos/restarts.test.ts`)')],
    'docs/promises.md': [cut(', `apps/e2e/src/chaos/restarts.test.ts`, `apps/e2e/src/chaos/tools.test.ts`')],
    'docs/scaling.md': [cut(', `apps/e2e/src/chaos/instances.test.ts`')],
  },
  leftovers: [/chaos/i, /\bfuzz/i, /\bsoak/i],
}
