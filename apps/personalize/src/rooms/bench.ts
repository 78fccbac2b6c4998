import { block, cut, line, lines, section, swap } from '../edits.ts'
import type { Room } from '../room.ts'

export const BENCH: Room = {
  name: 'bench',
  about: 'the benchmark against other ways to stream, and what it measured: an install of its own',
  deletes: ['apps/bench', '.ci/check-bench.js', 'docs/performance.md'],
  edits: {
    'package.json': [
      lines('"bench":', '"bench:check":'),
      swap('oxlint --deny-warnings --ignore-pattern apps/bench', 'oxlint --deny-warnings'),
      cut(' && node .ci/check-bench.js'),
      swap('oxlint --fix --ignore-pattern apps/bench', 'oxlint --fix'),
    ],
    'pnpm-workspace.yaml': [lines('# An install of its own', "- '!apps/bench'")],
    'renovate.json': [
      swap(
        `,
    {
      "description": "Peers of the benchmark: updating them means measuring again.",
      "groupName": "benchmark",
      "matchFileNames": ["apps/bench/**"],
      "schedule": ["* 0-3 1 * *"]
    }`,
        '',
      ),
    ],
    '.ci/run': [
      swap(
        ', everything `pnpm validate` checks with nothing skipped, and\n# the benchmark. Nothing',
        ' and everything `pnpm validate` checks,\n# with nothing skipped. Nothing',
      ),
      lines('# Then `pnpm check`', 'npx --yes pnpm bench:install'),
      lines('npx --yes pnpm --dir apps/bench test', 'npx --yes pnpm bench --quick'),
    ],
    '.dockerignore': [line('apps/bench\n')],
    '.oxlintrc.json': [cut(', "apps/bench/src/web/**"')],
    'apps/e2e/package.json': [block('"exports": {')],
    'apps/e2e/src/browser/chromium-options.ts': [
      cut(' This file has no dependencies, because the benchmark has its own Playwright.'),
    ],
    'apps/e2e/src/browser/rendering.test.ts': [cut(' The benchmark measures an idle one.')],
    'AGENTS.md': [
      cut(' `apps/bench`: an install of its own, with a transport for `useChat`; leave it alone.'),
    ],
    'CHANGELOG.md': [cut(', benchmarks')],
    'README.md': [
      section('## Compared'),
      swap(
        'at 64,000 tokens an update takes 10 ms of CPU in the page, with streamdown 527.',
        'an update costs the page as much after 64,000 tokens as after 1,000.',
      ),
      line('apps/bench '),
      cut(', [server performance](docs/performance.md)'),
    ],
    'docs/development.md': [line('- `pnpm bench`')],
    'docs/protocol.md': [cut("; the AI SDK's `useChat` has `apps/bench/src/use-chat`")],
    'docs/rendering.md': [section('## Measured')],
    'docs/scaling.md': [
      cut(' ([measured](performance.md#results))'),
      swap('`npx pnpm bench:instances`: 100 streams', '100 streams'),
    ],
  },
  leftovers: [/\bbench/i, /performance\.md/],
}
