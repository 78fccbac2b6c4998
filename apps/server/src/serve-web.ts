import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

/** Serves the built page. Files under /assets carry a hash in their name and never change. */
export async function serveWeb(app: FastifyInstance, root: string): Promise<void> {
  await app.register(fastifyStatic, {
    root,
    cacheControl: false,
    setHeaders(response, path) {
      const forEver = path.includes('/assets/')
      response.setHeader('Cache-Control', forEver ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
}
