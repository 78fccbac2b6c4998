import { expect, test } from 'vitest'
import { EnvError, parseEnv } from './env.ts'

const development = { production: false }
const production = { production: true }

test('nothing is needed in development: the simulator answers, every limit has its default', () => {
  expect(parseEnv({}, development)).toEqual({
    PORT: 3000,
    HOST: '127.0.0.1',
    LOG_LEVEL: 'info',
    CLAUDE_MODEL: 'claude-opus-4-8',
    WINDOW_CHARS: 16_384,
    FRAME_MS: 50,
    GRACE_MS: 5000,
    LEASE_MS: 75_000,
    UPSTREAM_IDLE_MS: 60_000,
    RUN_MAX_MS: 900_000,
    RETAIN_MS: 300_000,
    MAX_RUNS_PER_OWNER: 3,
    MAX_RUNS: 2000,
    MAX_PROMPT_CHARS: 200_000,
    useSimulator: true,
  })
})

test('production without a key is refused, unless the simulator is asked for', () => {
  expect(() => parseEnv({}, production)).toThrow(/ANTHROPIC_API_KEY: expected a key; or set SIMULATOR=1/)
  expect(parseEnv({ SIMULATOR: '1' }, production).useSimulator).toBe(true)
  expect(parseEnv({ ANTHROPIC_API_KEY: 'key' }, production).useSimulator).toBe(false)
})

test('a key means Claude, in development too, unless the simulator is asked for', () => {
  expect(parseEnv({ ANTHROPIC_API_KEY: 'key' }, development).useSimulator).toBe(false)
  expect(parseEnv({ ANTHROPIC_API_KEY: 'key', SIMULATOR: '1' }, development).useSimulator).toBe(true)
})

test('an empty value counts as absent', () => {
  expect(parseEnv({ ANTHROPIC_API_KEY: '', PORT: '', SESSION_SECRET: '' }, development)).toEqual(
    parseEnv({}, development),
  )
})

test('one message lists every problem', () => {
  const wrong = {
    PORT: '99999',
    WINDOW_CHARS: 'big',
    SESSION_SECRET: 'short',
    ANTHROPIC_BASE_URL: 'ftp://x',
    CLAUDE_MODEL: '/../',
  }
  const attempt = () => parseEnv(wrong, production)
  expect(attempt).toThrow(EnvError)
  for (const name of [...Object.keys(wrong), 'ANTHROPIC_API_KEY'])
    expect(attempt).toThrow(new RegExp(`^  ${name}: `, 'm'))
})

test('a secret that is wrong is not repeated in the message', () => {
  expect(() => parseEnv({ SESSION_SECRET: 'hunter2' }, development)).toThrow(/^(?!.*hunter2)/s)
})
