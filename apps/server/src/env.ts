import { DEFAULT_MODEL, MODELS } from '@sluice/claude'
import { z } from 'zod'
import { hostNameOf, LOOPBACK_HOSTS } from './allowed-hosts.ts'
import { AUTH_ENV, authProblems } from './auth/auth-env.ts'
import { OnDisconnectSchema } from './on-disconnect.ts'

const ms = (defaultMs: number) => z.coerce.number().int().min(1).max(2_147_483_647).default(defaultMs)
const count = (defaultCount: number) => z.coerce.number().int().min(1).default(defaultCount)
const usd = z.coerce.number().positive()
const list = z.string().transform((value) => value.split(',').map((entry) => entry.trim()))

/** Valid model ids. Anything else is refused before it reaches Anthropic. */
export const ModelIdSchema = z
  .string()
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9._:@/-]{0,127}$/, 'expected a model id such as claude-opus-4-8')

const HostSchema = z
  .string()
  .regex(
    /^(?:[^\s/:@?#[\]\\]+|\[[\da-f:.]+\])$/i,
    'expected host names without scheme or port, such as chat.example.com, *.example.com or [::1]',
  )
  .transform((name) => hostNameOf(name) ?? name)

const REDIS_URLS = 'expected redis://user:password@host:6379, or rediss:// for TLS'
const DATABASE_URLS = 'postgres://user:password@host/name, or pglite:FOLDER'

const EnvSchema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOST: z.string().default('127.0.0.1'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  ANTHROPIC_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'expected printable ASCII without spaces')
    .optional(),
  ANTHROPIC_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  CLAUDE_MODEL: ModelIdSchema.default(DEFAULT_MODEL),
  MODELS: list.pipe(z.array(ModelIdSchema)).optional(),
  SIMULATOR: z.enum(['0', '1']).optional(),
  WEB_SEARCH: z.enum(['0', '1']).default('0'),
  WEB_FETCH: z.enum(['0', '1']).default('0'),
  ALLOWED_HOSTS: list.pipe(z.array(HostSchema)).optional(),
  ALLOWED_ORIGINS: list
    .pipe(z.array(z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin)))
    .default([]),
  TRUST_PROXY: z.string().transform(parseTrustProxy).default(false),
  SESSION_SECRET: z
    .string()
    .min(32, 'expected at least 32 characters, e.g. from: openssl rand -hex 32')
    .optional(),
  ...AUTH_ENV,
  DATABASE_URL: z
    .string()
    .regex(/^(postgres(ql)?:\/\/|pglite:)./, `expected ${DATABASE_URLS}`)
    .optional(),
  REDIS_URL: z
    .url({ protocol: /^(redis|valkey)s?$/, error: REDIS_URLS })
    // At the end, the number of a database.
    .regex(/^\w+:\/\/[^/]+(\/\d*)?$/, REDIS_URLS)
    .regex(/^([^%]|%[\da-f]{2})*$/i, 'expected %25 for a % in the password')
    .transform((url) => url.replace(/^valkey/, 'redis'))
    .optional(),
  WINDOW_CHARS: count(16_384),
  FRAME_MS: z.coerce.number().int().min(0).max(1000).default(100),
  GRACE_MS: ms(5000),
  ON_DISCONNECT: list.pipe(z.tuple([OnDisconnectSchema], OnDisconnectSchema)).default(['abort', 'continue']),
  LEASE_MS: ms(75_000),
  UPSTREAM_IDLE_MS: ms(60_000),
  RUN_MAX_MS: ms(900_000),
  RUN_MAX_USD: usd.default(5),
  TOOL_MAX_MS: ms(60_000),
  DRAIN_MS: z.coerce.number().int().min(0).max(2_147_483_647).default(30_000),
  READER_DRAIN_MS: z.coerce.number().int().min(0).max(2_147_483_647).default(2000),
  MAX_RETRY_AFTER_MS: z.coerce.number().int().min(0).max(2_147_483_647).default(10_000),
  STARTS_PER_MINUTE: count(20),
  STARTS_PER_MINUTE_PER_IP: count(60),
  SUBSCRIPTIONS_PER_MINUTE: count(600),
  ACKS_PER_MINUTE: count(6000),
  REQUESTS_PER_MINUTE_PER_IP: count(12_000),
  DAILY_USD: usd.optional(),
  DAILY_USD_PER_OWNER: usd.optional(),
  METRICS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  MAX_RUNS_PER_OWNER: count(3),
  MAX_RUNS_PER_IP: count(20),
  MAX_RUNS: count(2000),
  MAX_STREAMS_PER_OWNER: count(30),
  MAX_STREAMS_PER_IP: count(300),
  MAX_PROMPT_CHARS: count(200_000),
  MAX_MESSAGES: count(1000),
  MAX_IMAGE_BYTES: count(3_932_160),
  MAX_FILES_BYTES: count(24_000_000),
  FILES_BYTES_PER_OWNER: count(100_000_000),
  MAX_OUTPUT_TOKENS: count(128_000),
  MAX_BATCH: count(20),
  MAX_HEADER_BYTES: count(16_384),
  HEADERS_MS: ms(10_000),
  REQUEST_MS: ms(60_000),
})

const PRODUCTION = { DAILY_USD: 100, DAILY_USD_PER_OWNER: 10 }
const DEVELOPMENT = { ALLOWED_HOSTS: [...LOOPBACK_HOSTS] }
const DEVELOPMENT_DATABASE = 'pglite:.data/database'

/** Which proxies' `X-Forwarded-*` headers are trusted: none, all, those of some addresses, or a number of hops. */
export type TrustProxy = boolean | string | ((address: string, hop: number) => boolean)

function parseTrustProxy(value: string): TrustProxy {
  if (value === 'true' || value === 'false') return value === 'true'
  const hops = /^\d+$/.test(value) ? Number(value) : undefined
  return hops === undefined ? value : (_address, hop) => hop < hops
}

export type Env = z.infer<typeof EnvSchema> & {
  readonly DATABASE_URL: string
  readonly MODELS: string[]
  readonly useSimulator: boolean
}

/** Lists every problem with the environment in one message. */
export class EnvError extends Error {
  override readonly name = 'EnvError'
}

/**
 * Reads the configuration from environment variables. Empty values count as absent.
 *
 * Without an API key, development uses the simulator, and production refuses to start unless `SIMULATOR=1` is set.
 * Without a database, development uses an embedded one in the working directory, and production refuses to start.
 * Budgets have a default in production only, allowed hosts in development only. With `REDIS_URL`, what the processes
 * share has to be set in development too.
 *
 * @throws {EnvError} listing every wrong variable and what was expected.
 */
export function parseEnv(source: NodeJS.ProcessEnv, { production }: { production: boolean }): Env {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''))
  const parsed = EnvSchema.safeParse(given)
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`)
  const simulatorChosen = given['SIMULATOR'] === '1'
  if (production && !given['ANTHROPIC_API_KEY'] && !simulatorChosen) {
    problems.push('  ANTHROPIC_API_KEY: expected a key; or set SIMULATOR=1 to serve simulated answers')
  }
  const isShared = given['REDIS_URL'] !== undefined
  if (isShared && (given['DATABASE_URL'] ?? 'pglite:').startsWith('pglite:')) {
    problems.push('  DATABASE_URL: with REDIS_URL, expected a server: postgres://user:password@host/name')
  } else if (production && !given['DATABASE_URL']) {
    problems.push(
      '  DATABASE_URL: expected postgres://user:password@host/name; or set pglite:FOLDER to use the embedded database on ' +
        'purpose, with one process and without fsync',
    )
  }
  if ((production || isShared) && !given['SESSION_SECRET']) {
    problems.push(
      '  SESSION_SECRET: expected at least 32 characters, e.g. from: openssl rand -hex 32. If it ' +
        'changes, users lose access to their answers',
    )
  }
  problems.push(...authProblems(given, { production }))
  if (parsed.data?.MODELS?.includes(parsed.data.CLAUDE_MODEL) === false) {
    problems.push(`  CLAUDE_MODEL: expected one of MODELS, not ${parsed.data.CLAUDE_MODEL}`)
  }
  if (!parsed.success || problems.length > 0) {
    throw new EnvError(
      `The environment is invalid:\n${problems.join('\n')}\nEach variable is explained in .env.example.`,
    )
  }
  const { ANTHROPIC_API_KEY, CLAUDE_MODEL, MODELS: models, DATABASE_URL } = parsed.data
  return {
    ...(production ? PRODUCTION : DEVELOPMENT),
    ...parsed.data,
    DATABASE_URL: DATABASE_URL ?? DEVELOPMENT_DATABASE,
    MODELS: models ?? [...new Set([...MODELS.map(({ id }) => id), CLAUDE_MODEL])],
    useSimulator: simulatorChosen || ANTHROPIC_API_KEY === undefined,
  }
}
