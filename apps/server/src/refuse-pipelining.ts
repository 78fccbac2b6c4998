import type { FastifyInstance } from 'fastify'

/**
 * Closes the connection of a client that sends a request before it has received the last response. Browsers and proxies
 * never do this, and clients that do must retry when the connection closes (RFC 9112, 9.3.2).
 *
 * Node handles a pipelined request at once, but its response has no socket until the response before it has ended, and
 * emits no `close` when the client leaves. A subscription behind an open event stream would run without a reader.
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
