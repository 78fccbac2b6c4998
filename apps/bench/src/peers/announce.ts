import type { Server } from 'node:http'

/** Listens on a free port of the loopback, and prints the address that `startProcess` reads. */
export function announce(server: Server): void {
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('not listening on TCP')
    process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${address.port}` })}\n`)
  })
}
