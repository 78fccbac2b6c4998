import { Readable } from 'node:stream'
import { readConversationIds } from '@sluice/db'
import { TRPCError } from '@trpc/server'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from './context.ts'
import { exportConversations } from './export-conversations.ts'
import type { OpenStream } from './stream-limit.ts'
import { toTrpcError } from './to-trpc-error.ts'
import { errorShape } from './trpc.ts'

export interface ServeExportOptions {
  readonly createContext: (request: FastifyRequest, reply: FastifyReply) => Promise<Context>
  /** Limits the exports that are being sent. */
  readonly openExport: OpenStream
}

const HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'content-disposition': 'attachment; filename="conversations.json"',
  'cache-control': 'no-store',
}

/**
 * Serves `GET /export.json`: all conversations of the owner, as a file to download. It is sent as fast as the client
 * reads it. When the database fails in the middle, the connection is cut, so that half a file is not taken for all of it.
 */
export function serveExport(app: FastifyInstance, { createContext, openExport }: ServeExportOptions): void {
  app.get('/export.json', { exposeHeadRoute: false }, async (request, reply) => {
    try {
      const context = await createContext(request, reply)
      const { owner, ip, database } = context
      const ids = await database.query((db) => readConversationIds(db, owner))
      const close = openExport(owner, ip)
      const pieces = Readable.from(exportConversations(context, ids)).once('close', close)
      return await reply.headers(HEADERS).send(pieces)
    } catch (cause) {
      const error = toTrpcError(cause)
      if (!(error instanceof TRPCError)) throw cause
      const shape = errorShape(error, 'export.json')
      return reply.code(shape.data.httpStatus).send({ error: shape })
    }
  })
}
