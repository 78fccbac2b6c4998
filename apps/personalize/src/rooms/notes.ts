import { block, cut, line, lines, swap } from '../edits.ts'
import type { Room } from '../room.ts'

export const NOTES: Room = {
  name: 'notes',
  about: 'the example of tools and typed output: a page of notes, six tools and a table',
  deletes: [
    'apps/server/src/notes',
    'apps/web/src/notes',
    'apps/e2e/src/browser/notes.test.ts',
    'apps/e2e/src/browser/draft.test.ts',
    // There is no other tool that asks.
    'apps/e2e/src/browser/tools.test.ts',
    'packages/claude-sim/src/notes-call.ts',
    'packages/claude-sim/src/notes-call.test.ts',
    'packages/db/src/notes.ts',
    'packages/db/src/notes.test.ts',
    'packages/db/migrations/0006-notes.sql',
    'docs/images/noting.png',
  ],
  edits: {
    'apps/server/src/routers/app-router.ts': [line('import { notesRouter }'), line('notes: notesRouter')],
    'apps/server/src/app-tools.ts': [lines("'notes.list',", "'notes.remove',")],
    'apps/web/src/main.tsx': [line('* - `notes/`')],
    'apps/web/src/page/chat-page.tsx': [
      line('import { invalidateNotes }'),
      line('invalidateNotes(core.queryClient)'),
    ],
    'apps/web/src/account/delete-account-dialog.tsx': [swap('chats, files and notes', 'chats and files')],
    'apps/web/src/page/delete-all-dialog.tsx': [swap('chats, files and notes', 'chats and files')],
    'apps/web/src/pages.ts': [
      cut(`  {
    path: '/notes',
    name: 'Notes',
    icon: 'note',
    load: async () => (await import('./notes/notes-page.tsx')).NotesPage,
  },
`),
    ],
    'apps/web/src/page/welcome.tsx': [swap('Add a note to buy milk', 'Write a story about a lighthouse')],
    'apps/web/src/tools/tool-views.ts': [line('import { noteViews }'), line('...noteViews,')],
    'apps/web/src/tools/call-request.test.tsx': [
      swap(", notes: ['a'] }", ", with: ['a'] }"),
      swap('&quot;notes&quot;:[', '&quot;with&quot;:['),
      lines('// Its view shows', "expect(shown('notes.add', { title"),
      swap("shown('notes.add', deep)).toBe(`Use notes.add", "shown('tea.order', deep)).toBe(`Use tea.order"),
    ],
    'apps/web/src/ui/icon.tsx': [line('note:')],
    '.oxlintrc.json': [
      swap('{tools,notes}', 'tools'),
      cut('|notes', '|tools|notes)'),
      cut('|notes', '|tools|notes|chat)'),
    ],
    'packages/claude-sim/README.md': [
      swap(
        ', and for a few prompts about notes (`notes-call.ts`), while the tools `notes__add`, `notes__search`, `notes__list`, `notes__update` and `notes__remove` are offered:',
        '.',
      ),
      lines('- “Add a note:', '- “Change the note'),
    ],
    'packages/claude-sim/src/choose-calls.ts': [
      line('import { lastPrompt }'),
      line('import { callForNotes }'),
      swap(
        ', one where\n * the request demands it, or the one that a question about notes needs.',
        ', or\n * one where the request demands it.',
      ),
      swap(
        `{
    const call = callForNotes(tools, lastPrompt(body).slice(0, MAX_NOTE_CHARS), { loop, random })
    return call === undefined ? [] : [call]
  }`,
        'return []',
      ),
      lines('/** The search for what a prompt wants', 'const MAX_NOTE_CHARS'),
    ],
    'packages/claude-sim/src/long-prompts.test.ts': [
      swap('import { toolsNamed }', 'import { TOOLS }'),
      line('const TOOLS'),
      line("'change the note '"),
    ],
    'packages/claude-sim/src/write-output.ts': [
      swap('export const TITLE_FIELD', 'const TITLE_FIELD'),
      swap('export const TEXT_FIELD', 'const TEXT_FIELD'),
    ],
    'packages/claude-sim/src/testing/tool-loop-client.ts': [
      swap('export function toolsNamed', 'function toolsNamed'),
    ],
    'packages/db/src/index.ts': [
      swap(
        `export {
  addNote,
  listNotes,
  type ListedNote,
  type NewNote,
  type NoteCursor,
  readNote,
  removeNote,
  searchNotes,
  type StoredNote,
  updateNote,
} from './notes.ts'
`,
        '',
      ),
    ],
    'packages/db/src/owners.ts': [cut(', note', 'guest, note, run'), cut(', note', 'attachment, note]')],
    'packages/db/src/schema.ts': [block('export const note = ')],
    'apps/e2e/src/browser/actions.ts': [block('export async function addNote(')],
    'apps/e2e/src/browser/screenshots.ts': [line("['noting'")],
    'apps/e2e/src/browser/states.ts': [
      cut('addNote, ask, '),
      lines('const MINUTES', "'The lock needs"),
      block('asking: async'),
      block('noting: async'),
      block('called: async'),
      block('notes: async'),
      block("'note editor': async"),
      block('draft: async'),
      block('drafted: async'),
    ],
    'apps/e2e/src/chaos/check-invariants.ts': [
      line('import { isDeepStrictEqual }'),
      line('import type { TabSnapshot }'),
      swap('nameIn(prompt) ===', 'prompt ==='),
      block('function nameIn('),
      swap("plan.drafts ? 'json' : 'text'", "'text'"),
      line('if (plan.drafts)'),
      block('function problemsOfOutput('),
      cut(" | 'json'", "'text' | 'json' | 'thinking'"),
      cut('!plan.drafts && ', 'return !plan.drafts && plan'),
      lines("case 'invalid_output':", 'return plan.drafts'),
    ],
    'apps/e2e/src/chaos/run-plan.ts': [
      lines('/** Whether the answer is structured', 'readonly drafts?'),
      cut(', drafts: random.chance(0.25)'),
    ],
    'apps/e2e/src/chaos/run-trial.ts': [cut(', drafts: plan.drafts')],
    'apps/e2e/src/page-client/tab.ts': [
      line('import { createTypedRunStore }'),
      cut(
        '  readonly drafts?: boolean | undefined\n',
        "['view'] | undefined\n  readonly drafts?: boolean | undefined\n",
      ),
      lines('/** Whether it is a text to draft', 'readonly drafts?'),
      swap('With what an answer of structured output says, as a page shows it.', 'As a page shows it.'),
      cut(' & { readonly partial?: unknown; readonly value?: unknown }'),
      swap(
        `from.drafts
          ? client.notes.draft.mutate({ runId: question.runId, text: question.content })
          : client.chat`,
        'client.chat',
      ),
      swap('from.drafts ? createTypedRunStore(run) : run', 'run'),
      line('drafts: from.drafts,'),
    ],
    'apps/e2e/src/fuzz/odd-requests.ts': [lines("'notes.list'", "'notes.remove'")],
    'CONTRIBUTING.md': [cut(', loaded with the notes page')],
    'README.md': [line('apps/*/src/notes')],
    'docs/data.md': [
      block('note {'),
      cut(', notes', 'files, notes: until'),
      swap('conversations, files and notes', 'conversations and files'),
    ],
    'docs/development.md': [
      swap(', `[[sim fault=reset@20]]` or `[[sim tool=notes.add]]`', ' or `[[sim fault=reset@20]]`'),
    ],
    'docs/protocol.md': [line('- **`notes.*`**')],
    'docs/tools.md': [
      line('`apps/server/src/notes` is'),
      line('![Claude asks before'),
      cut(' a note,', 'instruct it: a note,'),
    ],
    'docs/typed-output.md': [line('A larger example:')],
  },
  leftovers: [
    /\bnotes(?:\.|__|\/)/,
    /\/notes\b/,
    /(?:[nN]otes(?:Router|Link|Page|Form)|[nN]oteViews|callForNotes|invalidateNotes|addNote|noting|open-notes)/,
    /\b(?:[Nn]otes|[Aa] note|the note)\b/,
  ],
  // Footnotes, what an answer says below itself, and other notes.
  spares:
    /^(?:packages\/markdown\/|packages\/claude-sim\/answers\/|packages\/(?:claude|client)\/src\/.*\.test\.ts|apps\/web\/src\/turn\/|apps\/e2e\/src\/doctor\/|apps\/bench\/|.*pnpm-lock\.yaml)/,
}
