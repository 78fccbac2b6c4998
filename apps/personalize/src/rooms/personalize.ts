import { line, lines, section } from '../edits.ts'
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
    'AGENTS.md': [line('**Removal**:')],
    'CHANGELOG.md': [line('- `pnpm personalize`')],
    'README.md': [line('`npx pnpm personalize`')],
    'docs/development.md': [section('## Make it yours')],
  },
  leftovers: [/personali[sz]e/i],
}
