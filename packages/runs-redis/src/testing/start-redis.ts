import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface RedisServer {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Stops answering, with all sockets open. */
  freeze(): void
  thaw(): void
  /** SIGKILL. */
  kill(): Promise<void>
  /** Starts it again on its port: empty, or with what it last saved with `SAVE`. */
  restart(options?: { readonly empty?: boolean }): Promise<void>
  close(): Promise<void>
}

/** Starts a real Redis on a free port of this machine, which keeps nothing on disk unless it is told to `SAVE`. */
export async function startRedis(...args: readonly string[]): Promise<RedisServer> {
  return startServer('redis-server', ...args)
}

/** The same for Valkey, which takes the same options. */
export async function startServer(
  program: 'redis-server' | 'valkey-server',
  ...args: readonly string[]
): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-redis-'))
  const port = await freePort()
  let child: ChildProcess

  async function start(): Promise<void> {
    child = spawn(
      program,
      ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...args],
      { stdio: 'ignore' },
    )
    await Promise.race([listening(port), failure(child)])
  }

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }

  // A test that failed may not have closed it.
  const killNow = () => child.kill('SIGKILL')
  process.once('exit', killNow)
  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return child.pid ?? 0
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    kill,
    async restart({ empty = true } = {}) {
      await kill()
      if (empty) await rm(join(folder, 'dump.rdb'), { force: true })
      await start()
    },
    async close() {
      await kill()
      process.off('exit', killNow)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function failure(child: ChildProcess): Promise<never> {
  const [error] = await Promise.race([once(child, 'error'), once(child, 'exit')])
  throw new Error(`Redis did not start: ${String(error)}`)
}

/** Resolves when something listens on the port. */
async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const isUp = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isUp) return
    await sleep(20)
  }
}
