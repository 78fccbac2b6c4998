import { DEFAULT_MODEL, MODELS } from '@sluice/claude'
import { z } from 'zod'
import { hostNameOf, LOOPBACK_HOSTS } from './allowed-hosts.ts'

const ms = (byDefault: number) => z.coerce.number().int().min(1).max(2_147_483_647).default(byDefault)
const count = (byDefault: number) => z.coerce.number().int().min(1).default(byDefault)
const usd = z.coerce.number().positive()
const list = z.string().transform((value) => value.split(',').map((entry) => entry.trim()))

/** What a model id may look like; anything else never reaches Anthropic. */
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
  ALLOWED_HOSTS: list.pipe(z.array(HostSchema)).optional(),
  ALLOWED_ORIGINS: list
    .pipe(z.array(z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin)))
    .default([]),
  TRUST_PROXY: z.string().transform(parseTrustProxy).default(false),
  SESSION_SECRET: z
    .string()
    .min(32, 'expected at least 32 characters, e.g. from: openssl rand -hex 32')
    .optional(),
  WINDOW_CHARS: count(16_384),
  FRAME_MS: z.coerce.number().int().min(0).max(1000).default(100),
  GRACE_MS: ms(5000),
  LEASE_MS: ms(75_000),
  UPSTREAM_IDLE_MS: ms(60_000),
  RUN_MAX_MS: ms(900_000),
  RETAIN_MS: ms(300_000),
  MAX_RETAINED_CHARS: count(100_000_000),
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
  MAX_OUTPUT_TOKENS: count(128_000),
  MAX_BATCH: count(20),
  MAX_HEADER_BYTES: count(16_384),
  HEADERS_MS: ms(10_000),
  REQUEST_MS: ms(60_000),
})

const PRODUCTION = { DAILY_USD: 100, DAILY_USD_PER_OWNER: 10 }
const DEVELOPMENT = { ALLOWED_HOSTS: [...LOOPBACK_HOSTS] }

/** Whose `X-Forwarded-*` headers are believed: nobody's, everybody's, those of addresses, or of so many hops. */
export type TrustProxy = boolean | string | ((address: string, hop: number) => boolean)

function parseTrustProxy(value: string): TrustProxy {
  if (value === 'true' || value === 'false') return value === 'true'
  const hops = /^\d+$/.test(value) ? Number(value) : undefined
  return hops === undefined ? value : (_address, hop) => hop < hops
}

export type Env = z.infer<typeof EnvSchema> & { readonly MODELS: string[]; readonly useSimulator: boolean }

/** Every problem with the environment at once, in words for whoever started the server. */
export class EnvError extends Error {
  override readonly name = 'EnvError'
}

/**
 * Reads the configuration. Empty values count as absent.
 *
 * Without an API key development talks to the simulator; production refuses, unless `SIMULATOR=1` asks for it.
 * Budgets have a default in production only, allowed hosts in development only.
 *
 * @throws {EnvError} listing every variable that is wrong and what was expected.
 */
export function parseEnv(source: NodeJS.ProcessEnv, { production }: { production: boolean }): Env {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''))
  const parsed = EnvSchema.safeParse(given)
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`)
  const asked = given['SIMULATOR'] === '1'
  if (production && !given['ANTHROPIC_API_KEY'] && !asked) {
    problems.push(
      '  ANTHROPIC_API_KEY: expected a key; or set SIMULATOR=1 to serve simulated answers on purpose',
    )
  }
  if (parsed.data?.MODELS?.includes(parsed.data.CLAUDE_MODEL) === false) {
    problems.push(`  CLAUDE_MODEL: expected one of MODELS, not ${parsed.data.CLAUDE_MODEL}`)
  }
  if (!parsed.success || problems.length > 0) {
    throw new EnvError(
      `The environment is not usable:\n${problems.join('\n')}\nSee .env.example for what each one means.`,
    )
  }
  const { ANTHROPIC_API_KEY, CLAUDE_MODEL, MODELS: models } = parsed.data
  return {
    ...(production ? PRODUCTION : DEVELOPMENT),
    ...parsed.data,
    MODELS: models ?? [...new Set([...MODELS.map(({ id }) => id), CLAUDE_MODEL])],
    useSimulator: asked || ANTHROPIC_API_KEY === undefined,
  }
}
