import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'

/** What goes wrong before tRPC sees a request is answered as tRPC would: a client needs only one parser. */
export function answerHttpErrors(app: FastifyInstance, logger: FastifyBaseLogger): void {
  app.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) logger.error({ err: error }, 'request failed')
    const { code, message } = wordsFor(status, app.initialConfig.bodyLimit)
    return reply.code(status).send(errorBody(status, code, message))
  })
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send(errorBody(404, 'NOT_FOUND', 'There is nothing here.')),
  )
}

type Code = keyof typeof TRPC_ERROR_CODES_BY_KEY

function wordsFor(status: number, bodyLimit: number | undefined): { code: Code; message: string } {
  if (status === 413)
    return { code: 'PAYLOAD_TOO_LARGE', message: `The request is larger than ${bodyLimit} bytes.` }
  if (status === 415)
    return { code: 'UNSUPPORTED_MEDIA_TYPE', message: 'Expected content-type: application/json.' }
  if (status < 500) return { code: 'BAD_REQUEST', message: 'The request could not be read.' }
  return { code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong on our side.' }
}

/** An error in the shape that tRPC gives it. */
export function errorBody(httpStatus: number, code: Code, message: string): object {
  return { error: { message, code: TRPC_ERROR_CODES_BY_KEY[code], data: { code, httpStatus } } }
}
