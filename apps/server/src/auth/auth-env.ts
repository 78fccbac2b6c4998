import { z } from 'zod'

/** The variables of accounts. */
export const AUTH_ENV = {
  ACCOUNTS: z.enum(['0', '1']).optional(),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .transform((url) => new URL(url))
    .refine(({ href, origin }) => href === `${origin}/`, 'expected only scheme, host and port')
    .transform(({ origin }) => origin)
    .optional(),
  GITHUB_CLIENT_ID: z.string().optional(),
  GITHUB_CLIENT_SECRET: z.string().optional(),
}

/** Problems of variables that depend on each other: none while accounts are off. */
export function authProblems(given: NodeJS.ProcessEnv, { production }: { production: boolean }): string[] {
  if (given['ACCOUNTS'] !== '1') return []
  const problems: string[] = []
  if (production && !given['PUBLIC_URL'])
    problems.push(
      '  PUBLIC_URL: with ACCOUNTS=1, expected the address in the browser, such as https://chat.example.com: links in mails, and GitHub, lead there',
    )
  if (Boolean(given['GITHUB_CLIENT_ID']) !== Boolean(given['GITHUB_CLIENT_SECRET']))
    problems.push('  GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET: expected both or neither')
  return problems
}
