import { block, cut, line, lines, section, swap } from '../edits.ts'
import type { Room } from '../room.ts'

export const LAB: Room = {
  name: 'lab',
  about: 'the panel behind F2 that shows the flow of an answer and disturbs it; in development only',
  deletes: [
    'apps/web/src/lab',
    'apps/server/src/routers/lab.ts',
    'apps/e2e/src/browser/lab.test.ts',
    'apps/e2e/src/browser/screenshot-lab.ts',
    'apps/e2e/src/browser/start-dev.ts',
    'docs/images/lab.png',
  ],
  edits: {
    'apps/web/vite.config.ts': [line('import { flakyApi }'), cut(', flakyApi()')],
    'apps/web/budget.ts': [lines('// The lab is for', "if (code.includes('lab-flow'))")],
    'apps/web/src/main.tsx': [line('* - `lab/`')],
    'apps/web/src/page/chat-page.tsx': [
      line('import { LabToggle }'),
      line('{import.meta.env.DEV && <LabToggle'),
    ],
    'apps/web/src/chat/create-core.ts': [
      line('import { createStore }'),
      lines('// What answers are shown at', 'const readerSpeed'),
      line('charsPerSecond:'),
      cut(', readerSpeed', 'drafts, settings, readerSpeed }'),
    ],
    'apps/web/src/chat/chat.ts': [
      lines('/** See {@link createRunStore}', 'charsPerSecond?'),
      cut(', charsPerSecond', 'settings, charsPerSecond }'),
      cut(', charsPerSecond', 'clock, charsPerSecond }'),
    ],
    'apps/web/src/chat/without-directives.ts': [swap('export const DIRECTIVE', 'const DIRECTIVE')],
    'apps/web/src/chat/shown-runs.ts': [line('charsPerSecond:')],
    'apps/server/src/context.ts': [lines('/** For the lab:', 'readonly claudeSent')],
    'apps/server/src/index.ts': [cut(', type LabAppRouter')],
    'apps/server/src/routers/app-router.ts': [
      line('import { labRouter }'),
      lines('/** The same with the lab', 'export type LabAppRouter'),
    ],
    'apps/server/src/run-server.ts': [
      line('import { labAppRouter }'),
      lines('// The lab shows', 'router: production'),
    ],
    'apps/server/src/serve.ts': [line('claudeSent: simulator'), block('function latestChars(')],
    'packages/runs/src/runs.ts': [block('async inspect(')],
    'apps/e2e/src/browser/screenshots.ts': [line('import { photographLab }'), line('await photographLab(')],
    '.oxlintrc.json': [
      swap(
        `    {
      "files": ["apps/web/src/lab/**"],
      "rules": { "no-restricted-imports": ["error", { "patterns": [{ "regex": "/(?:page)/" }] }] }
    },
`,
        '',
      ),
      cut('|lab', '(?:page|lab)'),
      cut('|lab', '(?:page|lab|turn)'),
      cut('|lab', '(?:page|lab|turn|tools|notes)'),
      cut('|lab', '(?:page|lab|turn|tools|notes|chat)'),
    ],
    '.github/ISSUE_TEMPLATE/bug.yml': [cut(' or a button of the lab (F2)')],
    'AGENTS.md': [line('- Where text waits: F2')],
    'CHANGELOG.md': [
      swap(
        'cheap, keyboard and screen reader support, and a lab that injects faults.',
        'cheap, keyboard and screen reader support.',
      ),
    ],
    'README.md': [cut(' F2 opens a lab that breaks things.')],
    'docs/development.md': [section('## The lab')],
  },
  leftovers: [
    /\b[Ll]ab\b(?![\]'])/,
    /lab(?:Router|App|State|Toggle)|Lab(?:App|State|Toggle)|\/lab\/|lab-/,
    /\bF2\b/,
    /flakyApi|readerSpeed|claudeSent/,
  ],
}
