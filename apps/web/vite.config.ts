import { ServerResponse } from 'node:http'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type ProxyOptions } from 'vite'
import { announceAddress } from './announce-address.ts'
import { flakyApi } from './src/lab/flaky-api.ts'

const apiUrl = `http://127.0.0.1:${process.env['PORT'] ?? '3000'}`

const api: ProxyOptions = {
  target: apiUrl,
  configure(proxy) {
    // An API that is not up yet (`pnpm dev` starts both at once) or was killed: the client tries again.
    proxy.on('error', (_error, _request, browser) => {
      if (!(browser instanceof ServerResponse)) return
      if (browser.headersSent) browser.destroy()
      else
        browser.writeHead(503, { 'Content-Type': 'text/plain', 'Retry-After': '1' }).end('The API is not up')
    })
    // An API killed in mid-stream leaves the browser's connection open, and the answer silent for ever:
    // https://github.com/vitejs/vite/issues/20712
    proxy.on('proxyRes', (upstream, _request, browser) => {
      upstream.on('close', () => {
        if (!upstream.complete) browser.destroy()
      })
    })
  },
}

export default defineConfig({
  plugins: [react(), tailwindcss(), flakyApi(), announceAddress(apiUrl)],
  build: {
    target: 'es2022',
    // The styles of parts that come later are small, and would come later too.
    cssCodeSplit: false,
    // What the first file imports is named in the HTML, so as not to be found only after it; nothing else is.
    modulePreload: {
      polyfill: false,
      resolveDependencies: (_, files, { hostType }) => (hostType === 'html' ? files : []),
    },
  },
  server: {
    port: 5173,
    proxy: {
      '/api/auth': api,
      '/trpc': api,
      '/attachments': api,
      '/export.json': api,
    },
  },
})
