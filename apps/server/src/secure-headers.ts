import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'

/**
 * The headers that keep a page to itself. The policy lets it load and call nothing but its own origin: a
 * remote image in an answer would be a way to carry the conversation out.
 */
export async function secureHeaders(app: FastifyInstance, allowedOrigins: readonly string[]): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    crossOriginResourcePolicy: { policy: allowedOrigins.length > 0 ? 'cross-origin' : 'same-origin' },
    // Whoever ends TLS decides on that, for it cannot be taken back.
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
  })
  if (allowedOrigins.length === 0) return
  await app.register(cors, { origin: [...allowedOrigins], credentials: true, methods: ['GET', 'POST'] })
}
