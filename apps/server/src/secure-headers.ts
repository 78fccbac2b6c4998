import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'

/**
 * Sets the security headers. The content security policy lets the page load from and call its own origin only: a
 * remote image in an answer could send the conversation elsewhere in its address.
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
    // The proxy that terminates TLS decides on HSTS, because it cannot be undone.
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
  })
  if (allowedOrigins.length === 0) return
  await app.register(cors, { origin: [...allowedOrigins], credentials: true, methods: ['GET', 'POST'] })
}
