import cookie from '@fastify/cookie'
import type { AppRouter } from './routers/app-router.ts'
import { type FastifyTRPCPluginOptions, fastifyTRPCPlugin } from '@trpc/server/adapters/fastify'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { Services } from './context.ts'
import { answerHttpErrors } from './http-errors.ts'
import { ownerOf } from './owner.ts'
import { appRouter } from './routers/app-router.ts'
import { serveWeb } from './serve-web.ts'

export interface AppOptions {
  readonly services: Services
  readonly logger: FastifyBaseLogger
  /** Signs the session cookie. */
  readonly sessionSecret: string
  /** The folder of the built page; undefined in development, where Vite serves it. */
  readonly webRoot?: string | undefined
}

/** JSON can spend six bytes on a character (`\u0000`), and the fields around the text take some. */
const BYTES_PER_CHAR = 6
const OVERHEAD_BYTES = 65_536

/** The HTTP server, not listening yet: tRPC at /trpc, health checks, and the built page. */
export async function createApp({
  services,
  logger,
  sessionSecret,
  webRoot,
}: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: logger,
    // A line for every ack would bury the lines about runs.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: services.maxPromptChars * BYTES_PER_CHAR + OVERHEAD_BYTES,
    // Batched calls name all their procedures in the path.
    routerOptions: { maxParamLength: 5000 },
  })
  answerHttpErrors(app, logger)
  await app.register(cookie, { secret: sessionSecret })
  await app.register(fastifyTRPCPlugin, {
    prefix: '/trpc',
    trpcOptions: {
      router: appRouter,
      createContext: ({ req, res }) => ({ ...services, owner: ownerOf(req, res) }),
      onError({ error, path }) {
        if (error.code === 'INTERNAL_SERVER_ERROR')
          logger.error({ err: error.cause ?? error, path }, 'procedure failed')
      },
    },
  } satisfies FastifyTRPCPluginOptions<AppRouter>)
  app.get('/healthz', async () => ({ status: 'ok' }))
  app.get('/readyz', async () => ({ status: 'ready' }))
  if (webRoot !== undefined) await serveWeb(app, webRoot)
  return app
}
