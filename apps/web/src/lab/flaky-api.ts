import type { ServerResponse } from 'node:http'
import type { Plugin } from 'vite'

const DOWN_MS = 3000

/** Between the page and the API in development: fails on request, so that the lab can show what happens then. */
export function flakyApi(): Plugin {
  const streams = new Set<ServerResponse>()
  let downUntil = 0

  return {
    name: 'sluice-flaky-api',
    apply: 'serve',
    configureServer({ middlewares }) {
      middlewares.use('/__lab', (request, response) => {
        if (request.url === '/drop') for (const stream of streams) stream.destroy()
        if (request.url === '/down') downUntil = Date.now() + DOWN_MS
        response.end()
      })
      middlewares.use('/trpc', (request, response, next) => {
        if (Date.now() < downUntil) {
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
