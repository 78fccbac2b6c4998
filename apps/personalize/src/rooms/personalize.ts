import { line, lines, section, swap } from '../edits.ts'
import type { Room } from '../room.ts'

/** This command itself, which always goes. */
export const PERSONALIZE: Pick<Room, 'deletes' | 'edits' | 'leftovers'> = {
  deletes: ['apps/personalize'],
  edits: {
    'package.json': [line('"personalize":')],
    'turbo.json': [
      lines('// One of its tests compares the code with all files', '"@sluice/personalize#test"'),
    ],
    '.github/workflows/ci.yml': [lines('# What is left when parts', 'CHROMIUM_PATH')],
    'apps/e2e/README.md': [
      swap('a personalized clone, and what `pnpm gen` writes in it, are', 'what `pnpm gen` writes is'),
    ],
    'apps/e2e/src/generators/clone.test.ts': [
      swap(
        'a clone is personalized without all that can be removed; then it, and what `pnpm gen` writes, pass their checks',
        'a clone, and what `pnpm gen` writes in it, pass their checks',
      ),
      swap('const { run, pnpm } = clone', 'const { pnpm } = clone'),
      lines('// Nothing is committed yet', 'expect(personalized).not.toContain'),
    ],
    'AGENTS.md': [line('**Removal**:')],
    'CHANGELOG.md': [line('- `pnpm personalize`')],
    'README.md': [line('`npx pnpm personalize`')],
    'docs/development.md': [section('## Make it yours')],
  },
  leftovers: [/personali[sz]e/i],
}
