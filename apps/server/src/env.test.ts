import { expect, test } from 'vitest'
import { EnvError, parseEnv } from './env.ts'

const development = { production: false }
const production = { production: true }
/** What production needs besides a key. */
const needed = { DATABASE_URL: 'postgres://db.example/sluice', SESSION_SECRET: 'x'.repeat(32) }

test('development needs no variable: the simulator answers, and every limit has its default', () => {
  expect(parseEnv({}, development)).toEqual({
    PORT: 3000,
    HOST: '127.0.0.1',
    LOG_LEVEL: 'info',
    CLAUDE_MODEL: 'claude-opus-4-8',
    MODELS: ['claude-opus-4-8', 'claude-opus-5-5', 'claude-sonnet-5-5', 'claude-haiku-5-5'],
    ALLOWED_HOSTS: ['localhost', '*.localhost', '127.0.0.1', '[::1]'],
    ALLOWED_ORIGINS: [],
    TRUST_PROXY: false,
    DATABASE_URL: 'pglite:.data/database',
    WINDOW_CHARS: 16_384,
    FRAME_MS: 100,
    GRACE_MS: 5000,
    ON_DISCONNECT: ['abort', 'continue'],
    LEASE_MS: 75_000,
    UPSTREAM_IDLE_MS: 60_000,
    RUN_MAX_MS: 900_000,
    RUN_MAX_USD: 5,
    TOOL_MAX_MS: 60_000,
    WEB_SEARCH: '0',
    WEB_FETCH: '0',
    DRAIN_MS: 30_000,
    READER_DRAIN_MS: 2000,
    MAX_RETRY_AFTER_MS: 10_000,
    STARTS_PER_MINUTE: 20,
    STARTS_PER_MINUTE_PER_IP: 60,
    SUBSCRIPTIONS_PER_MINUTE: 600,
    ACKS_PER_MINUTE: 6000,
    REQUESTS_PER_MINUTE_PER_IP: 12_000,
    MAX_RUNS_PER_OWNER: 3,
    MAX_RUNS_PER_IP: 20,
    MAX_RUNS: 2000,
    MAX_STREAMS_PER_OWNER: 30,
    MAX_STREAMS_PER_IP: 300,
    MAX_PROMPT_CHARS: 200_000,
    MAX_MESSAGES: 1000,
    MAX_IMAGE_BYTES: 3_932_160,
    MAX_FILES_BYTES: 24_000_000,
    FILES_BYTES_PER_OWNER: 100_000_000,
    MAX_OUTPUT_TOKENS: 128_000,
    MAX_BATCH: 20,
    MAX_HEADER_BYTES: 16_384,
    HEADERS_MS: 10_000,
    REQUEST_MS: 60_000,
    useSimulator: true,
  })
})

test('production has a budget by default, and answers to any host name', () => {
  const env = parseEnv({ ...needed, SIMULATOR: '1' }, production)
  expect(env).toMatchObject({ DAILY_USD: 100, DAILY_USD_PER_OWNER: 10, MAX_RUNS_PER_IP: 20 })
  expect(env.ALLOWED_HOSTS).toBeUndefined()
  const set = parseEnv({ ...needed, SIMULATOR: '1', DAILY_USD: '2.5', ALLOWED_HOSTS: 'x' }, production)
  expect(set).toMatchObject({ DAILY_USD: 2.5, DAILY_USD_PER_OWNER: 10, ALLOWED_HOSTS: ['x'] })
})

test('budgets must be positive, and may be less than a dollar', () => {
  for (const name of ['DAILY_USD', 'DAILY_USD_PER_OWNER']) {
    expect(parseEnv({ [name]: '0.01' }, development)).toHaveProperty(name, 0.01)
    for (const wrong of ['0', '-1', 'much', 'Infinity'])
      expect(() => parseEnv({ [name]: wrong }, development)).toThrow(new RegExp(`^  ${name}: `, 'm'))
  }
})

test('the allowed models are the known ones and CLAUDE_MODEL, or those in MODELS, which must include it', () => {
  const models = (env: NodeJS.ProcessEnv) => parseEnv(env, development).MODELS
  expect(models({ CLAUDE_MODEL: 'claude-mine' })).toEqual([...models({}), 'claude-mine'])
  expect(models({ MODELS: 'claude-haiku-5-5, claude-opus-4-8' })).toEqual([
    'claude-haiku-5-5',
    'claude-opus-4-8',
  ])
  expect(() => models({ MODELS: 'claude-haiku-5-5' })).toThrow(/^ {2}CLAUDE_MODEL: expected one of MODELS/m)
  expect(() => models({ MODELS: 'claude-opus-4-8,' })).toThrow(/^ {2}MODELS\.1: expected a model id/m)
})

test('what a closed page may leave behind is a list, and the first is the default', () => {
  const allowed = (ON_DISCONNECT: string) => parseEnv({ ON_DISCONNECT }, development).ON_DISCONNECT
  expect(allowed('continue')).toEqual(['continue'])
  expect(allowed('continue, abort')).toEqual(['continue', 'abort'])
  for (const wrong of ['never', 'abort,', ','])
    expect(() => allowed(wrong), wrong).toThrow(
      /^ {2}ON_DISCONNECT\.\d: .*expected one of "abort"\|"continue"/m,
    )
})

test('allowed hosts are names without scheme or port, however they are written', () => {
  const hosts = (ALLOWED_HOSTS: string) => parseEnv({ ALLOWED_HOSTS }, development).ALLOWED_HOSTS
  expect(hosts('Chat.Example.com., *.example.com,192.168.1.5,[::1]')).toEqual([
    'chat.example.com',
    '*.example.com',
    '192.168.1.5',
    '[::1]',
  ])
  for (const wrong of ['https://x.example', 'x.example:3000', 'x.example/', 'a b', '::1', 'a,,b'])
    expect(() => hosts(wrong), wrong).toThrow(/^ {2}ALLOWED_HOSTS\.\d: expected host names/m)
})

test('production without a database or a session secret is refused, and told how to choose the embedded one', () => {
  const attempt = () => parseEnv({ SIMULATOR: '1' }, production)
  expect(attempt).toThrow(/^ {2}DATABASE_URL: expected postgres:.*pglite:FOLDER/m)
  expect(attempt).toThrow(/^ {2}SESSION_SECRET: expected at least 32 characters/m)
  for (const DATABASE_URL of ['pglite:/var/lib/sluice', 'postgresql://db/sluice', 'postgres://db/sluice'])
    expect(parseEnv({ ...needed, SIMULATOR: '1', DATABASE_URL }, production)).toMatchObject({ DATABASE_URL })
  for (const DATABASE_URL of ['mysql://db/sluice', 'pglite:', 'here'])
    expect(() => parseEnv({ DATABASE_URL }, development)).toThrow(/^ {2}DATABASE_URL: expected postgres:/m)
})

test('with REDIS_URL a Postgres server and a secret are required, also in development', () => {
  const { REDIS_URL } = parseEnv(
    { ...needed, REDIS_URL: 'redis://:secret@cache.example:6380/1' },
    development,
  )
  expect(REDIS_URL).toBe('redis://:secret@cache.example:6380/1')
  for (const [scheme, of] of [
    ['valkey', 'redis'],
    ['valkeys', 'rediss'],
  ] as const)
    expect(parseEnv({ ...needed, REDIS_URL: `${scheme}://x` }, development).REDIS_URL).toBe(`${of}://x`)
  for (const DATABASE_URL of ['', 'pglite:here']) {
    const attempt = () => parseEnv({ REDIS_URL: 'redis://localhost', DATABASE_URL }, development)
    expect(attempt).toThrow(/^ {2}DATABASE_URL: with REDIS_URL, expected a server: postgres:/m)
    expect(attempt).toThrow(/^ {2}SESSION_SECRET: expected at least 32 characters/m)
  }
  for (const wrong of ['localhost:6379', 'http://x', 'redis://', 'redis://x/name', 'redis://x:port'])
    expect(() => parseEnv({ ...needed, REDIS_URL: wrong }, development), wrong).toThrow(
      /^ {2}REDIS_URL: expected redis:/m,
    )
})

test('production without a key is refused, unless SIMULATOR=1 is set', () => {
  expect(() => parseEnv({}, production)).toThrow(/ANTHROPIC_API_KEY: expected a key; or set SIMULATOR=1/)
  expect(parseEnv({ ...needed, SIMULATOR: '1' }, production).useSimulator).toBe(true)
  expect(parseEnv({ ...needed, ANTHROPIC_API_KEY: 'key' }, production).useSimulator).toBe(false)
})

test('with a key answers come from Claude, also in development, unless SIMULATOR=1 is set', () => {
  expect(parseEnv({ ANTHROPIC_API_KEY: 'key' }, development).useSimulator).toBe(false)
  expect(parseEnv({ ANTHROPIC_API_KEY: 'key', SIMULATOR: '1' }, development).useSimulator).toBe(true)
})

test('an empty value counts as absent', () => {
  expect(parseEnv({ ANTHROPIC_API_KEY: '', PORT: '', SESSION_SECRET: '' }, development)).toEqual(
    parseEnv({}, development),
  )
})

test('the error message lists every problem', () => {
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

const LONGEST_TIMER = 2_147_483_647
const TIMES = [
  'GRACE_MS',
  'LEASE_MS',
  'UPSTREAM_IDLE_MS',
  'RUN_MAX_MS',
  'TOOL_MAX_MS',
  'HEADERS_MS',
  'REQUEST_MS',
]
const COUNTS = [
  'WINDOW_CHARS',
  'MAX_RUNS_PER_OWNER',
  'MAX_RUNS_PER_IP',
  'MAX_RUNS',
  'STARTS_PER_MINUTE',
  'STARTS_PER_MINUTE_PER_IP',
  'SUBSCRIPTIONS_PER_MINUTE',
  'ACKS_PER_MINUTE',
  'MAX_PROMPT_CHARS',
  'MAX_MESSAGES',
  'MAX_OUTPUT_TOKENS',
  'MAX_BATCH',
  'MAX_HEADER_BYTES',
]
const RANGES: [name: string, least: number, most: number][] = [
  ['PORT', 0, 65_535],
  ['METRICS_PORT', 0, 65_535],
  ['FRAME_MS', 0, 1000],
  ['DRAIN_MS', 0, LONGEST_TIMER],
  ['READER_DRAIN_MS', 0, LONGEST_TIMER],
  ['MAX_RETRY_AFTER_MS', 0, LONGEST_TIMER],
  ...TIMES.map((name): [string, number, number] => [name, 1, LONGEST_TIMER]),
  ...COUNTS.map((name): [string, number, number] => [name, 1, Number.MAX_SAFE_INTEGER]),
]

test.each(RANGES)('%s may be a whole number from %i to %i', (name, least, most) => {
  const parsed = (value: number) => parseEnv({ [name]: String(value) }, development)
  for (const value of [least, most]) expect(parsed(value)).toHaveProperty(name, value)
  for (const value of [least - 1, most + 1, least + 0.5])
    expect(() => parsed(value)).toThrow(new RegExp(`^  ${name}: `, 'm'))
})

test('a secret must have at least 32 characters, and a model id at most 128', () => {
  expect(parseEnv({ SESSION_SECRET: 's'.repeat(32) }, development).SESSION_SECRET).toHaveLength(32)
  expect(() => parseEnv({ SESSION_SECRET: 's'.repeat(31) }, development)).toThrow(/at least 32/)
  expect(parseEnv({ CLAUDE_MODEL: 'm'.repeat(128) }, development).CLAUDE_MODEL).toHaveLength(128)
  expect(() => parseEnv({ CLAUDE_MODEL: 'm'.repeat(129) }, development)).toThrow(/CLAUDE_MODEL/)
})

test('origins are a comma-separated list, and only the origin of each counts', () => {
  const { ALLOWED_ORIGINS } = parseEnv(
    { ALLOWED_ORIGINS: 'https://a.example/, http://b.example:8080/x' },
    development,
  )
  expect(ALLOWED_ORIGINS).toEqual(['https://a.example', 'http://b.example:8080'])
  expect(() => parseEnv({ ALLOWED_ORIGINS: '*' }, development)).toThrow(/ALLOWED_ORIGINS/)
})

test('TRUST_PROXY accepts what Fastify does: true, false, addresses, or a number of hops', () => {
  const trusted = (TRUST_PROXY: string) => parseEnv({ TRUST_PROXY }, development).TRUST_PROXY
  expect([trusted('true'), trusted('false'), trusted('10.0.0.0/8')]).toEqual([true, false, '10.0.0.0/8'])
  const hops = trusted('2')
  expect(typeof hops === 'function' && [0, 1, 2].map((hop) => hops('', hop))).toEqual([true, true, false])
})

test('a wrong secret is not repeated in the error message', () => {
  expect(() => parseEnv({ SESSION_SECRET: 'hunter2' }, development)).toThrow(/^(?!.*hunter2)/s)
})
