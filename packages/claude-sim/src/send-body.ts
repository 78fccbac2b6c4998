import type { ServerResponse } from 'node:http'

/** Ends the response; returns how many bytes its body has. */
export function sendBody(
  response: ServerResponse,
  status: number,
  { type, body, headers }: { type: string; body: string; headers?: Readonly<Record<string, string>> },
): number {
  const bytes = Buffer.from(body)
  response.writeHead(status, { 'content-type': type, 'content-length': bytes.length, ...headers })
  response.end(bytes)
  return bytes.length
}
