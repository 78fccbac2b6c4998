import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { quickDatabase } from './quick-database.ts'

const MAIN = resolve(import.meta.dirname, '../../../server/dist/main.js')

export interface Product extends AsyncDisposable {
  /** Its address. */
  readonly url: string
  /** Every log line so far, parsed. */
  readonly logs: Record<string, unknown>[]
  /** Resolves to the first log line with this message, past or future. */
  logged(msg: string): Promise<Record<string, unknown>>
  /** Ends the process and resolves to its exit code. Idempotent. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** The same for every server, so that a session outlives a restart. */
export const SESSION_SECRET = 'the session secret of the tests, 32 characters'

/**
 * Starts the built server as `pnpm start` does, on a free port, with the given environment only. Without a
 * `DATABASE_URL` it gets a database of its own. Resolves when it is ready.
 *
 * @param program Another program that logs as the server does: arguments of node. Default: the built server.
 */
export async function startProduct(
  env: Record<string, string>,
  program: readonly string[] = [MAIN],
): Promise<Product> {
  const own = env['DATABASE_URL'] === undefined ? await quickDatabase() : undefined
  const child = spawn(process.execPath, program, {
    env: { PORT: '0', SESSION_SECRET, ...(own && { DATABASE_URL: own.url }), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit') as Promise<[number | null]>
  const logs: Record<string, unknown>[] = []
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text))
  const lines = createInterface(child.stdout)
  const logged = async (msg: string) => {
    for (;;) {
      const line = logs.find((entry) => entry['msg'] === msg)
      if (line) return line
      await once(lines, 'line')
    }
  }
  const url = await new Promise<string>((onReady, onFailure) => {
    lines.on('line', (line) => {
      const entry = JSON.parse(line) as Record<string, unknown>
      logs.push(entry)
      if (typeof entry['url'] === 'string') onReady(entry['url'])
    })
    void exited.then(([code]) => onFailure(new Error(`the server ended with ${code}: ${complaint}`)))
  })
  await logged('the database is open')
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    const [code] = await exited
    await own?.remove()
    return code
  }
  return { url, logs, logged, stop, [Symbol.asyncDispose]: async () => void (await stop('SIGKILL')) }
}

/** Runs the built server until it exits. For its message when it cannot start. */
export async function runProduct(
  env: Record<string, string>,
): Promise<{ code: number | null; complaint: string }> {
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, complaint }
}
