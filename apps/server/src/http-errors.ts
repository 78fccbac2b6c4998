import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyBaseLogger, FastifyInstance, FastifyReply } from 'fastify'
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
  // tRPC's adapter throws before its own error handling for TRACE, and for a Host that is none: a stranger could
  // cause a 500, and a stack in the log, as often as he likes.
  app.addHook('onRequest', async (request, reply) => {
    const { host } = request.headers
    if (host !== undefined && !URL.canParse(`http://${host}`)) {
      await reply.code(400).send(errorBody(400, 'BAD_REQUEST', 'The Host header is not one.'))
      return
    }
    if (METHODS.includes(request.method)) return
    const words = `The method is none of ${METHODS.join(', ')}.`
    await reply
      .code(405)
      .header('allow', METHODS.join(', '))
      .send(errorBody(405, 'METHOD_NOT_SUPPORTED', words))
  })
}

const METHODS = ['GET', 'HEAD', 'POST', 'OPTIONS']

/** Answers a path that the router cannot even decode, such as `/%zz`. */
export function answerBadUrl(_error: unknown, _request: unknown, reply: FastifyReply): void {
  void reply.code(400).send(errorBody(400, 'BAD_REQUEST', 'The address could not be read.'))
}

/** Answers what is no HTTP request at all, or too slow to be one, and closes the connection. */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (socket.writable && error.code !== 'ECONNRESET') {
    const status = statusOfUnreadable(error.code)
    const code = status === 408 ? 'TIMEOUT' : 'BAD_REQUEST'
    const body = JSON.stringify(errorBody(status, code, 'The request could not be read.'))
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json; charset=utf-8\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    )
  }
  socket.destroy()
}

function statusOfUnreadable(code: string | undefined): 400 | 408 | 431 {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408
  return code === 'HPE_HEADER_OVERFLOW' ? 431 : 400
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

/** An error in the shape that tRPC gives it. `details` stand beside the code. */
export function errorBody(
  httpStatus: number,
  code: Code,
  message: string,
  details: { readonly retryAfterMs?: number } = {},
): object {
  return { error: { message, code: TRPC_ERROR_CODES_BY_KEY[code], data: { code, httpStatus, ...details } } }
}
