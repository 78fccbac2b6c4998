import cookie from '@fastify/cookie'
import { type AnyRouter, TRPCError } from '@trpc/server'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { refuseOtherHosts } from './allowed-hosts.ts'
import type { Context, Services } from './context.ts'
import type { TrustProxy } from './env.ts'
import { answerBadUrl, answerHttpErrors, answerUnreadable } from './http-errors.ts'
import { limitRequests } from './limit-requests.ts'
import { createOwnerOf, type OwnerOf } from './owner.ts'
import { appRouter } from './routers/app-router.ts'
import { refusePipelining } from './refuse-pipelining.ts'
import { refuseOtherOrigins } from './same-origin.ts'
import { secureHeaders } from './secure-headers.ts'
import { serveCalls } from './serve-calls.ts'
import { serveEvents } from './serve-events.ts'
import { serveWeb } from './serve-web.ts'
import { createStreamLimit, type StreamLimitOptions } from './stream-limit.ts'
import { warnOfProxy } from './warn-of-proxy.ts'

export interface AppOptions {
  readonly services: Services
  /** What is served at /trpc. Default: the app's own router. */
  readonly router?: AnyRouter | undefined
  readonly logger: FastifyBaseLogger
  /** Who is asking. Default: an anonymous session in a signed cookie. */
  readonly ownerOf?: OwnerOf | undefined
  /** Signs the session cookie. */
  readonly sessionSecret: string
  /** The host names that this server answers to. Default: any. */
  readonly allowedHosts?: readonly string[] | undefined
  /** Other origins whose pages may call this server with its visitors' sessions. */
  readonly allowedOrigins: readonly string[]
  readonly trustProxy: TrustProxy
  readonly requests: RequestLimits
  readonly streams: StreamLimits
  /** False once the server takes no new runs, so that load balancers look elsewhere. */
  readonly isReady: () => boolean
  /** The folder of the built page; undefined in development, where Vite serves it. */
  readonly webRoot?: string | undefined
}

/** What one request may be like, whatever it asks. */
interface RequestLimits {
  /** Of the first line and the headers together. */
  readonly maxHeaderBytes: number
  /** How long the headers may take to arrive, in ms. Nobody honest is slow with them; slowloris is. */
  readonly headersMs: number
  /** How long all of it may take to arrive, in ms. */
  readonly requestMs: number
  /** The most calls in one batch. */
  readonly maxBatch: number
  /** The most requests to /trpc that one address may make in a minute: see {@link limitRequests}. */
  readonly perMinutePerIp: number
}

/** How many event streams may be open, and what their clients must do to keep them. */
interface StreamLimits extends StreamLimitOptions {
  /** How long a client may take nothing of what was written to it, in ms. */
  readonly stallMs: number
}

/** JSON can spend six bytes on a character (`\u0000`), and the fields around the text take some. */
const BYTES_PER_CHAR = 6
const OVERHEAD_BYTES = 65_536

/** A message of plain text is three JSON values, one with a text block and a file twelve. */
const VALUES_PER_MESSAGE = 10
const LEAST_MAX_VALUES = 10_000

/** ms. How often Node looks for requests that take too long, and so how late it may be with them. */
const CHECK_MS = 100

/** Load balancers ask by address. */
const HEALTH_ROUTES = new Set(['/healthz', '/readyz'])

/** The HTTP server, not listening yet: tRPC at /trpc, health checks, and the built page. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { services, logger, allowedHosts, allowedOrigins, isReady, webRoot, requests, streams } = options
  const { maxHeaderBytes, requestMs } = requests
  // Node refuses to start with more time for the headers than for all.
  const headersMs = Math.min(requests.headersMs, requestMs)
  const app = Fastify({
    loggerInstance: logger,
    // A line for every ack would bury the lines about runs.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: services.maxPromptChars * BYTES_PER_CHAR + OVERHEAD_BYTES,
    clientErrorHandler: answerUnreadable,
    frameworkErrors: answerBadUrl,
    trustProxy: options.trustProxy,
    requestTimeout: requestMs,
    http: {
      // Here too, for Node compares the two before Fastify has told it.
      requestTimeout: requestMs,
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: headersMs,
      connectionsCheckingInterval: CHECK_MS,
    },
    // Batched calls name all their procedures in the path.
    routerOptions: { maxParamLength: 5000 },
  })
  refusePipelining(app)
  answerHttpErrors(app, logger)
  await secureHeaders(app, allowedOrigins)
  warnOfProxy(app, logger, options.trustProxy)
  if (allowedHosts) refuseOtherHosts(app, { allowed: allowedHosts, exempt: HEALTH_ROUTES })
  refuseOtherOrigins(app, new Set(allowedOrigins))
  await app.register(cookie, { secret: options.sessionSecret })
  const ownerOf = options.ownerOf ?? createOwnerOf({ crossSite: allowedOrigins.length > 0 })
  const createContext = async (request: FastifyRequest, reply: FastifyReply): Promise<Context> => {
    try {
      return { ...services, owner: await ownerOf(request, reply), ip: request.ip }
    } catch (error) {
      if (error instanceof TRPCError) throw error
      logger.error({ err: error }, 'ownerOf failed')
      throw new TRPCError({ code: 'UNAUTHORIZED', message: 'The session could not be checked.' })
    }
  }
  const onError = ({ error, path }: { error: TRPCError; path?: string | undefined }) => {
    if (error.code !== 'INTERNAL_SERVER_ERROR') return
    logger.error({ err: error.cause ?? error, path }, 'procedure failed')
  }
  await app.register(async (trpc) => {
    limitRequests(trpc, requests.perMinutePerIp)
    serveEvents(trpc, {
      createContext,
      openStream: createStreamLimit(streams),
      stallMs: streams.stallMs,
      onError: (error) => onError({ error, path: 'runs.events' }),
    })
    serveCalls(trpc, {
      router: options.router ?? appRouter,
      createContext,
      onError,
      maxBatch: requests.maxBatch,
      maxValues: Math.max(LEAST_MAX_VALUES, services.maxMessages * VALUES_PER_MESSAGE),
    })
  })
  app.get('/healthz', async () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    if (isReady()) return { status: 'ready' }
    return reply.code(503).send({ status: 'draining' })
  })
  if (webRoot !== undefined) await serveWeb(app, webRoot)
  return app
}
