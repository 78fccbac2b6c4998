import { block, cut, line, lines, swap } from '../edits.ts'
import type { Room } from '../room.ts'

export const ACCOUNTS: Room = {
  name: 'accounts',
  about: 'sign-in with e-mail or GitHub, off without ACCOUNTS=1: Better Auth and four tables; guests stay',
  deletes: [
    'apps/server/src/auth',
    'apps/web/src/account',
    'apps/e2e/src/browser/accounts.test.ts',
    'packages/db/migrations/0007-accounts.sql',
    'packages/db/src/auth-schema.ts',
    'packages/db/src/auth-sessions.ts',
    'packages/db/src/auth-sessions.test.ts',
  ],
  edits: {
    'apps/server/package.json': [line('"better-auth":')],
    'apps/server/src/context.ts': [
      line('import type { SignedIn,'),
      lines('/** How to sign in;', 'readonly signIn?:'),
      lines('/** The user who has signed in;', 'readonly signedIn?:'),
    ],
    'apps/server/src/create-app.ts': [
      line('import type { Auth }'),
      lines('/** Accounts. Default:', 'readonly auth?:'),
      swap('let ownerOf =', 'const ownerOf ='),
      line('if (options.auth)'),
      line('signedIn: options'),
      line('watchSession:'),
      line('await options.auth'),
    ],
    'apps/server/src/documentation.test.ts': [
      swap(
        "['env.ts', 'auth/auth-env.ts'].map((file) => textOf(`apps/server/src/${file}`)).join('\\n')",
        "textOf('apps/server/src/env.ts')",
      ),
    ],
    'apps/server/src/env.ts': [
      line('import { AUTH_ENV'),
      line('...AUTH_ENV,'),
      line('problems.push(...authProblems'),
    ],
    'apps/server/src/owner.ts': [line('export { sessionOf as guestSessionOf')],
    'apps/server/src/routers/models.ts': [line('import { accountsOf }'), line('accounts: accountsOf')],
    'apps/server/src/serve-events.ts': [
      line('import type { Auth }'),
      lines('/** Ends streams whose session', 'readonly watchSession?:'),
      line('options.watchSession?.'),
    ],
    'apps/server/src/serve.ts': [
      line('import { loadAuth }'),
      line('const auth = await loadAuth'),
      line('signIn: auth?.methods,'),
      line('auth,'),
    ],
    'apps/server/src/testing/index.ts': [line('export { GITHUB')],
    'apps/server/src/testing/wire-client.ts': [block('/** Posts to a route of accounts')],
    'apps/server/src/trpc.ts': [
      line('import { isSessionEnded }'),
      cut('          sessionEnded: isSessionEnded(error),\n'),
      cut(
        '      sessionEnded: isSessionEnded(error),\n',
        'retryAfterMs(error),\n      sessionEnded: isSessionEnded(error),\n',
      ),
    ],
    'apps/web/src/chat/draft.ts': [
      lines('/** They will be kept for the next owner', 'readonly handOver:'),
      line('handOver: ()'),
    ],
    'apps/web/src/main.tsx': [line('* - `account/`'), line('import { AccountHost }'), line('<AccountHost')],
    'apps/web/src/page/chat-page.tsx': [line('import { AccountEntry }'), line('<AccountEntry')],
    'apps/web/src/ui/icon.tsx': [line('user:')],
    'apps/web/vite.config.ts': [line("'/api/auth': api,")],
    'packages/db/src/index.ts': [line('export { authAccount,'), line('export { isSessionLive }')],
    'packages/db/src/sweep.ts': [
      line('import { deleteExpiredSessions,'),
      line('(tx) => deleteExpiredSessions('),
      line('(tx) => deleteUnverifiedUsers('),
    ],
    'pnpm-workspace.yaml': [
      line('better-auth:'),
      lines('# Of Better Auth, for other databases', "'@better-auth/prisma-adapter'"),
    ],
    '.env.example': [lines('# 1: people may sign in', '# GITHUB_CLIENT_SECRET=')],
    'AGENTS.md': [line('- `apps/server/src/auth`')],
    'CHANGELOG.md': [line('- Accounts with Better Auth')],
    'CONTRIBUTING.md': [line('- `better-auth`')],
    'docs/configuration.md': [
      lines('- `ACCOUNTS=0`', '[Better Auth]'),
      swap('For accounts of another kind, pass', 'Pass'),
    ],
    'docs/data.md': [
      cut(' Those of accounts are in `packages/db/src/auth-schema.ts`.'),
      line('- Sessions: 30 days'),
      cut(' “Delete account” does that first.'),
    ],
    'docs/operations.md': [
      line('- `a mail would be sent`'),
      line('- `accounts had a problem`'),
      line('- `no mail was sent'),
    ],
    'docs/protocol.md': [cut('; with `data.sessionEnded`, the caller was signed out')],
  },
  leftovers: [
    /better.auth/i,
    /\/auth\//,
    /auth(?:Env|User|Session|Account)\b/,
    /ACCOUNTS=/,
    /GITHUB_CLIENT/,
    /PUBLIC_URL/,
    /sessionEnded/,
  ],
}
