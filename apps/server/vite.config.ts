import { defineConfig } from 'vite'

/**
 * Bundles the server with the workspace's packages, which are TypeScript, and with what only those depend on.
 * The server's own dependencies stay outside.
 */
export default defineConfig({
  build: { target: 'node20', ssr: true, minify: false, sourcemap: true, emptyOutDir: true },
  ssr: {
    noExternal: [
      /^@sluice\//,
      '@anthropic-ai/sdk',
      'eventsource-parser',
      'drizzle-orm',
      '@redis/client',
      // pg and its parts.
      /^(pg|pg-.*|pgpass|split2|postgres-.*|xtend)$/,
    ],
  },
})
