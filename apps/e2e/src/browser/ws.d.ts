/** It has the browser's interface. Its own types would give this package a second copy of tRPC, a peer of theirs. */
declare module 'ws' {
  export const WebSocket: typeof globalThis.WebSocket
}
