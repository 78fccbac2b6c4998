import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { type Certificate, selfSigned } from '@sluice/claude/testing'
import { freePorts } from '../free-ports.ts'
import { nginxBinary } from './nginx-binary.ts'

/** Returns the contents of nginx.conf's `http` block for these ports. */
export type Servers = (ports: readonly number[], certificate: Certificate) => string

export interface Nginx extends AsyncDisposable {
  readonly ports: readonly number[]
  /** Runs `nginx -s reload`. Resolves when the new worker runs; the old one finishes its connections. */
  reload(): Promise<void>
  /** Ends it with all its connections. Idempotent. */
  stop(): Promise<void>
  /** Starts it again, on the same ports. */
  start(): Promise<void>
}

const ATTEMPTS = 5

/** Starts a real nginx in a temporary folder, on `count` free ports. */
export async function startNginx(servers: Servers, count = 2): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-nginx-'))
  const certificate = await selfSigned(folder)
  for (let attempt = 1; ; attempt++) {
    const ports = await freePorts(count)
    await writeFile(join(folder, 'nginx.conf'), mainConfig(folder, servers(ports, certificate)))
    try {
      return await nginxIn(folder, ports)
    } catch (error) {
      // Another process took a port before nginx did.
      if (attempt < ATTEMPTS && String(error).includes('Address already in use')) continue
      await rm(folder, { recursive: true, force: true })
      throw error
    }
  }
}

async function nginxIn(folder: string, ports: readonly number[]): Promise<Nginx> {
  let child = await launch(folder)
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await exited
  }
  return {
    ports,
    stop,
    async start() {
      await stop()
      child = await launch(folder)
    },
    async reload() {
      const ready = workerStarted(child)
      child.kill('SIGHUP')
      await ready
    },
    async [Symbol.asyncDispose]() {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function launch(folder: string): Promise<ChildProcess> {
  const child = spawn(nginxBinary(), ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await workerStarted(child)
  return child
}

/** nginx logs this after it has bound its ports, and at each reload. */
function workerStarted(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    const settle = (error?: Error) => {
      child.stderr?.off('data', onData)
      child.stderr?.resume()
      child.off('exit', onExit)
      if (error) reject(error)
      else resolve()
    }
    const onData = (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('start worker process ')) settle()
    }
    const onExit = () => settle(new Error(`nginx ended: ${said}`))
    child.stderr?.on('data', onData)
    child.once('exit', onExit)
  })
}

function mainConfig(folder: string, http: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr notice;
${userInfo().uid === 0 ? `user ${userInfo().username};` : ''}
events { worker_connections 512; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
${http}
}
`
}
