/** What happens to one TCP connection. Bytes are counted from the target to the client. */
export type ConnectionPlan =
  | { readonly kind: 'pass' }
  /** RST or FIN in both directions after this many bytes. */
  | { readonly kind: 'reset' | 'fin'; readonly afterBytes: number }
  /** Both sockets stay open, but nothing gets through in the blocked direction, closes included. After `holdMs`, RST. */
  | {
      readonly kind: 'half-open'
      readonly afterBytes: number
      readonly blocked: 'up' | 'down' | 'both'
      readonly holdMs: number
    }
  /** The first `bytes` bytes arrive one at a time. */
  | { readonly kind: 'trickle'; readonly bytes: number }
  /** Every piece is delayed by `ms`. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The target is never reached; a proxy in front of it answers. */
  | { readonly kind: 'answer'; readonly status: keyof typeof PROXY_ANSWERS }

const page = (status: string, body: string) =>
  `HTTP/1.1 ${status}\r\ncontent-type: text/html\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`

/** Responses that proxies, gateways and captive portals send instead of the server's. */
export const PROXY_ANSWERS = {
  502: page('502 Bad Gateway', '<html><h1>502 Bad Gateway</h1></html>'),
  503: page('503 Service Unavailable', '<html><h1>503 Service Unavailable</h1></html>'),
  200: page('200 OK', '<!doctype html><title>Welcome to our Wi-Fi</title>'),
  204: 'HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n',
} as const
