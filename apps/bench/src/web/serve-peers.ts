import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { build, type InlineConfig, preview } from 'vite'

/** Builds the page of the other renderers as for production, and serves it. */
export async function servePeers(): Promise<{ url: string; close: () => Promise<void> }> {
  const root = resolve(import.meta.dirname, 'peers')
  const config: InlineConfig = {
    root,
    configFile: false,
    logLevel: 'error',
    plugins: [react()],
    build: { outDir: resolve(import.meta.dirname, '../../../../artifacts/peers'), emptyOutDir: true },
  }
  await build(config)
  const server = await preview({ ...config, preview: { host: '127.0.0.1', port: 0 } })
  const url = server.resolvedUrls?.local[0]
  if (url === undefined) throw new Error('the page of the peers is not served')
  return { url, close: () => server.close() }
}
