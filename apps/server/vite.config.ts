import { defineConfig } from 'vite'

/**
 * Bundles the server with everything that it imports, so that it starts faster and a container needs no packages. Two
 * things stay where they are: the embedded database, which reads its WebAssembly from its own folder and is only loaded
 * for `pglite:`; and the files that packages read at run time, the migrations of `@sluice/db` and the sample answers of
 * `@sluice/claude-sim`. The Dockerfile copies these.
 */
export default defineConfig({
  build: { target: 'node20', ssr: true, minify: false, sourcemap: true, emptyOutDir: true },
  ssr: { noExternal: true, external: ['@electric-sql/pglite'] },
})
