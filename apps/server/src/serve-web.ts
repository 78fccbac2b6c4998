import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { answerNotFound } from './http-errors.ts'

/**
 * Serves the built page: at `/`, and at every address that a browser opens and no other route answers, because the page
 * has paths of its own. Files under /assets have a hash in their name and never change.
 */
export async function serveWeb(app: FastifyInstance, root: string): Promise<void> {
  await app.register(fastifyStatic, {
    root,
    cacheControl: false,
    setHeaders(response, path) {
      const isImmutable = path.includes('/assets/')
      response.setHeader('Cache-Control', isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  app.setNotFoundHandler((request, reply) =>
    opensPage(request) ? reply.sendFile('index.html') : answerNotFound(reply),
  )
}

/** A call gets its error, and a file of an older release its 404, also where a browser says that it takes HTML. */
function opensPage({ method, url, headers }: FastifyRequest): boolean {
  const isRead = method === 'GET' || method === 'HEAD'
  return isRead && !/^\/(?:trpc|assets)(?:[/?]|$)/.test(url) && /\btext\/html\b/.test(headers.accept ?? '')
}
