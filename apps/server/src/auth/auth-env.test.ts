import { expect, test } from 'vitest'
import { parseEnv } from '../env.ts'

const SECRETS = { SESSION_SECRET: 'x'.repeat(32), DATABASE_URL: 'pglite:x', SIMULATOR: '1' }
const APP = { GITHUB_CLIENT_ID: 'id', GITHUB_CLIENT_SECRET: 'secret' }

test('accounts need their address in production, and not in development', () => {
  expect(parseEnv({ ACCOUNTS: '1' }, { production: false }).ACCOUNTS).toBe('1')
  expect(() => parseEnv({ ...SECRETS, ACCOUNTS: '1' }, { production: true })).toThrow(
    /^ {2}PUBLIC_URL: with ACCOUNTS=1, expected the address in the browser/m,
  )
  const env = { ...SECRETS, ACCOUNTS: '1', PUBLIC_URL: 'https://Chat.example.com/' }
  expect(parseEnv(env, { production: true }).PUBLIC_URL).toBe('https://chat.example.com')
  for (const wrong of ['chat.example.com', 'https://chat.example.com/app', 'ftp://chat.example.com'])
    expect(() => parseEnv({ ...env, PUBLIC_URL: wrong }, { production: true }), wrong).toThrow('PUBLIC_URL')
})

test('an app of GitHub is an id and a secret, which are looked at with accounts only', () => {
  expect(parseEnv({ ...APP, ACCOUNTS: '1' }, { production: false })).toMatchObject(APP)
  for (const name of ['GITHUB_CLIENT_ID', 'GITHUB_CLIENT_SECRET']) {
    const half = { ...APP, [name]: '' }
    expect(() => parseEnv({ ...half, ACCOUNTS: '1' }, { production: false })).toThrow(
      'expected both or neither',
    )
    expect(parseEnv(half, { production: false }).ACCOUNTS).toBeUndefined()
  }
  expect(parseEnv(SECRETS, { production: true }).PUBLIC_URL).toBeUndefined()
})
