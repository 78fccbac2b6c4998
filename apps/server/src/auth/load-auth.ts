import type { Env } from '../env.ts'
import type { Auth } from './auth.ts'
import type { AuthParts } from './create-auth.ts'

/** Where Vite serves the page in development. */
const DEVELOPMENT_URL = 'http://localhost:5173'

interface LoadOptions extends Pick<AuthParts, 'secret' | 'database' | 'accounts' | 'clock' | 'logger'> {
  readonly env: Env
}

/** Accounts with `ACCOUNTS=1`, otherwise undefined. Better Auth is loaded only where it is used. */
export async function loadAuth({ env, ...parts }: LoadOptions): Promise<Auth | undefined> {
  if (env.ACCOUNTS !== '1') return undefined
  const { GITHUB_CLIENT_ID: clientId, GITHUB_CLIENT_SECRET: clientSecret } = env
  const { createAuth } = await import('./create-auth.ts')
  return createAuth({
    ...parts,
    publicUrl: env.PUBLIC_URL ?? DEVELOPMENT_URL,
    github: clientId && clientSecret ? { clientId, clientSecret } : undefined,
    allowedOrigins: env.ALLOWED_ORIGINS,
  })
}
