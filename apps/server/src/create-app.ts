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
import type { Auth } from './auth/auth.ts'
import type { Context, Services } from './context.ts'
import type { TrustProxy } from './env.ts'
import { answerBadUrl, answerHttpErrors, answerNotFound, answerUnreadable } from './http-errors.ts'
import { limitRequests } from './limit-requests.ts'
import { createOwnerOf, type OwnerOf } from './owner.ts'
import { appRouter } from './routers/app-router.ts'
import { refusePipelining } from './refuse-pipelining.ts'
import { refuseOtherOrigins } from './same-origin.ts'
import { secureHeaders } from './secure-headers.ts'
import { serveAttachments } from './serve-attachments.ts'
import { serveCalls } from './serve-calls.ts'
import { serveEvents } from './serve-events.ts'
import { serveExport } from './serve-export.ts'
import { serveWeb } from './serve-web.ts'
import { createStreamLimit, type StreamLimitOptions } from './stream-limit.ts'
import { warnAboutProxy } from './warn-about-proxy.ts'

export interface AppOptions {
  readonly services: Services
  /** The router to serve at /trpc. Default: the app's own. */
  readonly router?: AnyRouter | undefined
  readonly logger: FastifyBaseLogger
  /** Finds the owner of a request. Default: an anonymous session in a signed cookie. */
  readonly ownerOf?: OwnerOf | undefined
  /** Accounts. Default: none, so everyone is a guest. */
  readonly auth?: Auth | undefined
  /** Signs the session cookie. */
  readonly sessionSecret: string
  /** The host names that this server answers to. Default: all. */
  readonly allowedHosts?: readonly string[] | undefined
  /** Other origins whose pages may call this server with a visitor's session. */
  readonly allowedOrigins: readonly string[]
  readonly trustProxy: TrustProxy
  readonly requests: RequestLimits
  readonly streams: StreamLimits
  /** False until the database is open, and once the server accepts no new runs. Load balancers then send requests elsewhere. */
  readonly isReady: () => boolean
  /** The folder of the built page; undefined in development, where Vite serves it. */
  readonly webRoot?: string | undefined
}

/** Limits for every request. */
interface RequestLimits {
  /** Limit of the request line and the headers together. */
  readonly maxHeaderBytes: number
  /** How long the headers may take to arrive, in ms. Only attacks (slowloris) are slow to send them. */
  readonly headersMs: number
  /** How long the whole request may take to arrive, in ms. */
  readonly requestMs: number
  /** Limit of calls in one batch. */
  readonly maxBatch: number
  /** Limit of requests to /trpc per address and minute: see {@link limitRequests}. */
  readonly perMinutePerIp: number
}

/** Limits for event streams. */
interface StreamLimits extends StreamLimitOptions {
  /** How long a client may read nothing of what was written to it, in ms. Then its connection is reset. */
  readonly stallMs: number
}

/** A character can take six bytes in JSON (`\u0000`). The overhead is for the fields around the text. */
const BYTES_PER_CHAR = 6
const OVERHEAD_BYTES = 65_536

/** Limit of JSON values in a request. No question that a person asks comes near it. */
const MAX_VALUES = 10_000

/** Their bytes are in memory, twice at the end, until they are stored. */
const UPLOADS = { perOwner: 3, perIp: 10, inAll: 20, what: 'files can be uploaded' }

/** Each costs the database three queries a conversation. */
const EXPORTS = { perOwner: 2, perIp: 10, what: 'exports can be downloaded' }

/** How often Node checks for requests that take too long, in ms. They may exceed their limit by as much. */
const CHECK_MS = 100

/** Load balancers call these by IP address, so any host name is allowed. */
const HEALTH_ROUTES = new Set(['/healthz', '/readyz'])

/** The HTTP server, not listening yet: tRPC at /trpc, health checks, and the built page. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { services, logger, allowedHosts, allowedOrigins, isReady, webRoot, requests, streams } = options
  const { maxHeaderBytes, requestMs } = requests
  // Node refuses to start when the headers have more time than the whole request.
  const headersMs = Math.min(requests.headersMs, requestMs)
  const app = Fastify({
    // At `info`, Fastify logs only its address, which `runServer` does in other words.
    loggerInstance: logger.child({}, { level: logger.level === 'info' ? 'warn' : logger.level }),
    // Lines for every ack would bury the lines about runs.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: services.maxPromptChars * BYTES_PER_CHAR + OVERHEAD_BYTES,
    clientErrorHandler: answerUnreadable,
    frameworkErrors: answerBadUrl,
    trustProxy: options.trustProxy,
    requestTimeout: requestMs,
    http: {
      // Also here, because Node compares the two before Fastify sets its own.
      requestTimeout: requestMs,
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: headersMs,
      connectionsCheckingInterval: CHECK_MS,
    },
    // The path of a batch names all its procedures.
    routerOptions: { maxParamLength: 5000 },
  })
  refusePipelining(app)
  answerHttpErrors(app, logger)
  await secureHeaders(app, allowedOrigins)
  warnAboutProxy(app, logger, options.trustProxy)
  if (allowedHosts) refuseOtherHosts(app, { allowed: allowedHosts, exempt: HEALTH_ROUTES })
  refuseOtherOrigins(app, new Set(allowedOrigins))
  await app.register(cookie, { secret: options.sessionSecret })
  const guestOf = createOwnerOf({
    crossSite: allowedOrigins.length > 0,
    // Not waited for: what it says today it can also say tomorrow.
    onReturn: (owner) => void services.accounts.seeGuest(owner).catch(() => {}),
  })
  let ownerOf = options.ownerOf ?? guestOf
  if (options.auth) ownerOf = options.auth.ownerOf(ownerOf)
  const createContext = async (request: FastifyRequest, reply: FastifyReply): Promise<Context> => {
    try {
      const owner = await ownerOf(request, reply)
      return {
        ...services,
        owner,
        signedIn: options.auth?.signedIn(request),
        ip: request.ip,
      }
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
  const limit = limitRequests(requests.perMinutePerIp)
  await app.register(async (files) => {
    files.addHook('onRequest', limit)
    serveAttachments(files, {
      createContext,
      openUpload: createStreamLimit(UPLOADS),
      maxBytes: Math.max(services.files.maxBytes, services.files.maxImageBytes),
    })
  })
  await app.register(async (trpc) => {
    trpc.addHook('onRequest', limit)
    serveEvents(trpc, {
      createContext,
      openStream: createStreamLimit(streams),
      stallMs: streams.stallMs,
      watchSession: options.auth?.watch,
      onError: (error) => onError({ error, path: 'runs.events' }),
    })
    serveExport(trpc, { createContext, openExport: createStreamLimit(EXPORTS) })
    serveCalls(trpc, {
      router: options.router ?? appRouter,
      createContext,
      onError,
      maxBatch: requests.maxBatch,
      maxValues: MAX_VALUES,
    })
  })
  await options.auth?.serve(app, limit)
  app.get('/healthz', async () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    if (isReady()) return { status: 'ready' }
    return reply.code(503).send({ status: 'not ready' })
  })
  if (webRoot === undefined) app.setNotFoundHandler((_request, reply) => answerNotFound(reply))
  else await serveWeb(app, webRoot)
  return app
}
