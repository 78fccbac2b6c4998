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
    ALLOWED_ORIGINS: [],
    TRUST_PROXY: false,
    WINDOW_CHARS: 16_384,
    FRAME_MS: 50,
    GRACE_MS: 5000,
    LEASE_MS: 75_000,
    UPSTREAM_IDLE_MS: 60_000,
    RUN_MAX_MS: 900_000,
    RETAIN_MS: 300_000,
    DRAIN_MS: 30_000,
    STARTS_PER_MINUTE: 20,
    SUBSCRIPTIONS_PER_MINUTE: 600,
    ACKS_PER_MINUTE: 6000,
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

test('origins are a comma-separated list, and only the origin of each counts', () => {
  const { ALLOWED_ORIGINS } = parseEnv(
    { ALLOWED_ORIGINS: 'https://a.example/, http://b.example:8080/x' },
    development,
  )
  expect(ALLOWED_ORIGINS).toEqual(['https://a.example', 'http://b.example:8080'])
  expect(() => parseEnv({ ALLOWED_ORIGINS: '*' }, development)).toThrow(/ALLOWED_ORIGINS/)
})

test('TRUST_PROXY takes what Fastify does: yes, no, addresses, or a number of hops', () => {
  const trusted = (TRUST_PROXY: string) => parseEnv({ TRUST_PROXY }, development).TRUST_PROXY
  expect([trusted('true'), trusted('false'), trusted('10.0.0.0/8')]).toEqual([true, false, '10.0.0.0/8'])
  const hops = trusted('2')
  expect(typeof hops === 'function' && [0, 1, 2].map((hop) => hops('', hop))).toEqual([true, true, false])
})

test('a secret that is wrong is not repeated in the message', () => {
  expect(() => parseEnv({ SESSION_SECRET: 'hunter2' }, development)).toThrow(/^(?!.*hunter2)/s)
})
