import type { IncomingMessage, ServerResponse } from 'node:http'
import { ApiError } from './api-error.ts'

/** The API's own limit for a Messages request. */
const MAX_BODY_BYTES = 32 * 1024 * 1024

export async function readBody(request: IncomingMessage): Promise<string> {
  // Said before the body is read: leaving the loop below destroys the socket, and the answer with it.
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > MAX_BODY_BYTES) throw tooLarge()
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
}

export interface Body {
  type: string
  body: string
  headers?: Readonly<Record<string, string>>
}

function tooLarge(): ApiError {
  return new ApiError(413, 'Request exceeds the maximum allowed number of bytes.')
}

/** Ends the response; returns how many bytes its body has. */
export function sendBody(response: ServerResponse, status: number, { type, body, headers }: Body): number {
  const bytes = Buffer.from(body)
  response.writeHead(status, {
    'content-type': type,
    'content-length': bytes.length,
    ...headers,
  })
  response.end(bytes)
  return bytes.length
}

export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers?: Readonly<Record<string, string>>,
): number {
  return sendBody(response, status, {
    type: 'application/json',
    body: JSON.stringify(value),
    ...(headers && { headers }),
  })
}
