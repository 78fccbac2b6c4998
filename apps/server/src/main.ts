import { resolve } from 'node:path'
import { runServer } from './run-server.ts'

// Built to apps/server/dist/main.js, beside apps/web/dist.
const root = resolve(import.meta.dirname, '../../..')

await runServer({ production: true, root, webRoot: resolve(root, 'apps/web/dist') })
