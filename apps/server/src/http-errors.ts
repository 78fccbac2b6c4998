import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyBaseLogger, FastifyInstance, FastifyReply } from 'fastify'
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'

/** Errors before tRPC sees a request have the shape of tRPC's errors, so clients need only one parser. */
export function answerHttpErrors(app: FastifyInstance, logger: FastifyBaseLogger): void {
  app.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) logger.error({ err: error }, 'request failed')
    const { code, message } = publicErrorFor(status, app.initialConfig.bodyLimit)
    return reply.code(status).send(errorBody(status, code, message))
  })
  // For TRACE and an invalid Host, tRPC's adapter throws before its own error handling. Without this hook, any client
  // could cause a 500 and a stack trace in the log with each request.
  app.addHook('onRequest', async (request, reply) => {
    const { host } = request.headers
    if (host !== undefined && !URL.canParse(`http://${host}`)) {
      await reply.code(400).send(errorBody(400, 'BAD_REQUEST', 'The Host header is invalid.'))
      return
    }
    if (METHODS.includes(request.method)) return
    const message = `Expected one of the methods ${METHODS.join(', ')}.`
    await reply
      .code(405)
      .header('allow', METHODS.join(', '))
      .send(errorBody(405, 'METHOD_NOT_SUPPORTED', message))
  })
}

const METHODS = ['GET', 'HEAD', 'POST', 'OPTIONS']

export function answerNotFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).send(errorBody(404, 'NOT_FOUND', 'There is nothing here.'))
}

/** Answers a path that the router cannot decode, such as `/%zz`. */
export function answerBadUrl(_error: unknown, _request: unknown, reply: FastifyReply): void {
  void reply.code(400).send(errorBody(400, 'BAD_REQUEST', 'The address could not be read.'))
}

/** Answers bytes that are not an HTTP request, or a request that takes too long, and closes the connection. */
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

function publicErrorFor(status: number, bodyLimit: number | undefined): { code: Code; message: string } {
  if (status === 413)
    return { code: 'PAYLOAD_TOO_LARGE', message: `The request is larger than ${bodyLimit} bytes.` }
  if (status === 415)
    return { code: 'UNSUPPORTED_MEDIA_TYPE', message: 'Expected content-type: application/json.' }
  if (status < 500) return { code: 'BAD_REQUEST', message: 'The request could not be read.' }
  return { code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong on our side.' }
}

/** An error in tRPC's shape. `details` are added to its `data`. */
export function errorBody(
  httpStatus: number,
  code: Code,
  message: string,
  details: { readonly retryAfterMs?: number } = {},
): object {
  return { error: { message, code: TRPC_ERROR_CODES_BY_KEY[code], data: { code, httpStatus, ...details } } }
}
