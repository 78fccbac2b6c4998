import type { AnyRouter, TRPCError } from '@trpc/server'
import { fastifyRequestHandler } from '@trpc/server/adapters/fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from './context.ts'
import { createTurns } from './create-turns.ts'
import { errorBody } from './http-errors.ts'
import { hasMoreValues } from './json-values.ts'
import { retryAfterMs } from './trpc.ts'

export interface ServeCallsOptions {
  readonly router: AnyRouter
  readonly createContext: (request: FastifyRequest, reply: FastifyReply) => Promise<Context>
  /** Called for every error that is sent to a client. */
  readonly onError: (failure: { error: TRPCError; path?: string | undefined }) => void
  /** Limit of calls in one batch. */
  readonly maxBatch: number
  /** Limit of values, at any depth, in the JSON of one request. */
  readonly maxValues: number
}

/** A body with more characters is parsed in its own turn of the event loop. */
const LARGE_BODY = 65_536

/** Serves the queries and mutations of a tRPC router at /trpc, single and batched. Accepts JSON of bounded size only. */
export function serveCalls(app: FastifyInstance, options: ServeCallsOptions): void {
  const { router, createContext, onError, maxBatch, maxValues } = options
  // Not tRPC's plugin, which also accepts forms of any size and reads them into memory.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  )
  const takeTurn = createTurns()
  app.addHook('preValidation', async ({ body }, reply) => {
    if (typeof body !== 'string') return
    if (body.length > LARGE_BODY) await takeTurn()
    if (!hasMoreValues(body, maxValues)) return
    const message = `The request has more than ${maxValues} JSON values (items and fields, at any depth).`
    await reply.code(413).send(errorBody(413, 'PAYLOAD_TOO_LARGE', message))
  })
  app.all<{ Params: { path: string } }>('/trpc/:path', (req, res) =>
    fastifyRequestHandler({
      router,
      req,
      res,
      path: req.params.path,
      createContext: () => createContext(req, res),
      onError,
      maxBatchSize: maxBatch,
      responseMeta({ errors }) {
        const waitMs = errors.map(retryAfterMs).find((ms) => ms !== undefined)
        return waitMs === undefined ? {} : { headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) } }
      },
    }),
  )
}
