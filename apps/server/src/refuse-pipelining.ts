import type { FastifyInstance } from 'fastify'

/**
 * Closes a connection whose client sends a request before it has the response to the last one. Browsers and proxies
 * never do; clients that do have to ask again when the connection closes (RFC 9112, 9.3.2).
 *
 * Node handles such a request at once, but its response has no socket until its turn comes, and is never told when
 * the client leaves. A subscription behind an open event stream would be served without a reader.
 */
export function refusePipelining(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, next) => {
    if (reply.raw.socket !== null) {
      next()
      return
    }
    reply.hijack()
    request.raw.socket.destroy()
  })
}
