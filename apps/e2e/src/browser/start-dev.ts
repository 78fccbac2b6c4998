import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { embeddedDatabase } from '../product/embedded-database.ts'
import { SESSION_SECRET } from '../product/start-product.ts'

export interface Dev extends AsyncDisposable {
  /** Where Vite serves the page. */
  readonly url: string
}

/** Starts the same as `pnpm dev`, on free ports: the API from its sources, and Vite in front of it. */
export async function startDev(root: string): Promise<Dev> {
  const database = await embeddedDatabase()
  const env = {
    PATH: process.env['PATH'],
    PORT: String(await freePort()),
    SIMULATOR: '1',
    SESSION_SECRET,
    DATABASE_URL: database.url,
  }
  const webPort = await freePort()
  const server = resolve(root, 'apps/server')
  const web = resolve(root, 'apps/web')
  const children = [
    spawn(process.execPath, ['--import', tsxOf(server), 'src/dev.ts'], { cwd: server, env, stdio: 'ignore' }),
    spawn(
      process.execPath,
      [
        resolve(web, 'node_modules/vite/bin/vite.js'),
        '--port',
        String(webPort),
        '--strictPort',
        '--host',
        '127.0.0.1',
      ],
      { cwd: web, env, stdio: 'ignore' },
    ),
  ]
  const url = `http://127.0.0.1:${webPort}`
  const ready = async () => (await fetch(`${url}/trpc/models.list`).catch(() => undefined))?.ok === true
  while (!(await ready())) {
    if (children.some(({ exitCode }) => exitCode !== null)) throw new Error('development did not start')
    await new Promise((onNext) => setTimeout(onNext, 200))
  }
  return {
    url,
    async [Symbol.asyncDispose]() {
      await Promise.all(children.map(end))
      await database.remove()
    },
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

function tsxOf(folder: string): string {
  return pathToFileURL(createRequire(`${folder}/package.json`).resolve('tsx')).href
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
