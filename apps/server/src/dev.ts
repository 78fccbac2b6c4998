import { resolve } from 'node:path'
import { runServer } from './run-server.ts'

const root = resolve(import.meta.dirname, '../../..')

await runServer({ production: false, root })
