import { cut, line, section, swap } from '../edits.ts'
import type { Room } from '../room.ts'

export const DOCTOR: Room = {
  name: 'doctor',
  about: '`pnpm doctor:stream`, which finds the proxy that buffers or cuts a deployment’s answers',
  deletes: ['apps/e2e/src/doctor'],
  edits: {
    'package.json': [line('"doctor:stream":')],
    'apps/e2e/README.md': [line('| `doctor`'), swap('for the doctor and the tests', 'for the tests')],
    '.github/ISSUE_TEMPLATE/bug.yml': [
      swap('The report of `npx pnpm doctor:stream <url>`.', 'Which one, and how it is configured.'),
    ],
    'AGENTS.md': [
      swap(
        '- Nothing arrives, or all at once: `npx pnpm doctor:stream <url>` names what buffers or cuts, and the setting that fixes it.',
        '- Nothing arrives, or all at once: a proxy buffers or cuts; [docs/proxies.md](docs/proxies.md) has the settings.',
      ),
    ],
    'CHANGELOG.md': [cut(', and a doctor for the proxies of a deployment')],
    'docs/deploy.md': [cut(', and check the proxies with [the doctor](proxies.md#the-doctor)')],
    'docs/development.md': [cut(', doctor'), line('- `pnpm doctor:stream')],
    'docs/proxies.md': [
      cut(`Check yours:

\`\`\`sh
pnpm doctor:stream https://chat.example.com
\`\`\`
`),
      section('## The doctor'),
    ],
  },
  leftovers: [/doctor/i],
  // The sample answer about sleep says “see a doctor”.
  spares: /^packages\/claude-sim\/answers\//,
}
