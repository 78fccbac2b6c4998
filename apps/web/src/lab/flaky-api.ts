import type { ServerResponse } from 'node:http'
import type { Plugin } from 'vite'

/** Between the page and the API in development: fails on request, so that the lab can show what happens then. */
export function flakyApi(): Plugin {
  const streams = new Set<ServerResponse>()
  let down = false

  return {
    name: 'sluice-flaky-api',
    apply: 'serve',
    configureServer({ middlewares }) {
      middlewares.use('/__lab', (request, response) => {
        if (request.url === '/drop') for (const stream of streams) stream.destroy()
        if (request.url === '/down') down = true
        if (request.url === '/up') down = false
        response.end(down ? 'down' : 'up')
      })
      middlewares.use('/trpc', (request, response, next) => {
        if (down) {
          response.writeHead(502, { 'Content-Type': 'text/html' }).end('<h1>502 Bad Gateway</h1>')
          return
        }
        if (request.url?.startsWith('/runs.events')) {
          streams.add(response)
          response.once('close', () => streams.delete(response))
        }
        next()
      })
    },
  }
}
