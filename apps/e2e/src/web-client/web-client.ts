import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import type { Readable } from 'node:stream'
import tls from 'node:tls'
import { decoded } from './decoded.ts'

export interface WebRequest {
  readonly method?: 'GET' | 'POST'
  /** With its query. */
  readonly path: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

interface WebResponse {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  /** Decompressed as it arrives. */
  readonly body: Readable
}

export interface WebExchange {
  /** Resolves when the headers are in; there is no deadline. */
  readonly response: Promise<WebResponse>
  /** Ends it as a closed tab does: HTTP/1.1 closes the socket, HTTP/2 resets the stream. */
  drop(): void
}

export interface WebClient {
  readonly httpVersion: '1.1' | '2'
  send(request: WebRequest): WebExchange
  close(): void
}

export interface WebClientOptions {
  /** Accept any certificate. */
  readonly insecure?: boolean
  /** Use HTTP/1.1 even if HTTP/2 is offered. */
  readonly http1?: boolean
}

/** Connects as a browser would: with HTTP/2 if TLS offers it, else with HTTP/1.1. */
export async function openWebClient(
  url: URL,
  { insecure = false, http1 = false }: WebClientOptions = {},
): Promise<WebClient> {
  const rejectUnauthorized = !insecure
  if (url.protocol === 'http:') return http1Client(url, http)
  const protocol = http1 ? 'http/1.1' : await negotiate(url, rejectUnauthorized)
  return protocol === 'h2'
    ? http2Client(url, rejectUnauthorized)
    : http1Client(url, https, rejectUnauthorized)
}

function negotiate(url: URL, rejectUnauthorized: boolean): Promise<string | false | null> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      host: hostOf(url),
      port: Number(url.port || 443),
      ...serverName(url),
      ALPNProtocols: ['h2', 'http/1.1'],
      rejectUnauthorized,
    })
    socket.once('secureConnect', () => {
      resolve(socket.alpnProtocol)
      socket.destroy()
    })
    socket.once('error', reject)
  })
}

function http1Client(url: URL, transport: typeof http | typeof https, rejectUnauthorized = true): WebClient {
  const agent = new transport.Agent({ keepAlive: true, ...(transport === https && { rejectUnauthorized }) })
  return {
    httpVersion: '1.1',
    send({ method = 'GET', path, headers = {}, body }) {
      const request = transport.request(new URL(path, url), { method, headers, agent })
      const response = new Promise<WebResponse>((resolve, reject) => {
        request.once('error', reject)
        request.once('response', (message: http.IncomingMessage) =>
          resolve({
            status: message.statusCode ?? 0,
            headers: message.headers,
            body: decoded(message, message.headers['content-encoding']),
          }),
        )
      })
      request.end(body)
      return { response, drop: () => void request.destroy() }
    },
    close: () => agent.destroy(),
  }
}

function http2Client(url: URL, rejectUnauthorized: boolean): WebClient {
  const open = () => http2.connect(url, { rejectUnauthorized }).on('error', () => {})
  let session = open()
  return {
    httpVersion: '2',
    send({ method = 'GET', path, headers = {}, body }) {
      if (session.closed || session.destroyed) session = open()
      const stream = session.request({ ':method': method, ':path': path, ...headers })
      const response = new Promise<WebResponse>((resolve, reject) => {
        stream.once('error', reject)
        stream.once('response', (received) =>
          resolve({
            status: received[':status'] ?? 0,
            headers: received,
            body: decoded(stream, received['content-encoding']),
          }),
        )
      })
      stream.end(body)
      return { response, drop: () => stream.close(http2.constants.NGHTTP2_CANCEL) }
    },
    close: () => session.destroy(),
  }
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '')
}

/** An IP address is not a server name (RFC 6066, section 3). */
function serverName({ hostname }: URL): { servername?: string } {
  return /^[\d.]+$|^\[/.test(hostname) ? {} : { servername: hostname }
}
