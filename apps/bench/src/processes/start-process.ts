import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

export interface StartedProcess {
  readonly child: ChildProcess
  /** The address that it printed. */
  readonly url: string
  readonly stop: () => Promise<void>
}

export interface StartOptions {
  readonly name: string
  readonly script: string
  readonly nodeArgs?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** What it prints until it is ready, in any order. Default: its address is enough. */
  readonly readyWhen?: readonly string[] | undefined
}

const START_MS = 20_000
const STOP_MS = 5000
const STDERR_CHARS = 4000

/**
 * Starts a Node script of the same Node as this one, in an environment of its own: settings of the developer's
 * shell must not leak into a measurement. Resolves when it has printed `"url":"…"`, and that it is ready.
 */
export async function startProcess({
  name,
  script,
  nodeArgs = [],
  env = {},
  readyWhen = [],
}: StartOptions): Promise<StartedProcess> {
  const child = spawn(process.execPath, [...nodeArgs, script], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', NO_COLOR: '1', ...env },
  })
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-STDERR_CHARS)
  })
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (why: string) => {
      child.kill('SIGKILL')
      reject(new Error(`${name} ${why}\n${errors}`))
    }
    const timer = setTimeout(() => fail(`did not start within ${START_MS} ms`), START_MS)
    let output = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      // Read to the end: a full pipe would stop the server.
      if (output === 'found') return
      output += text
      const found = /"url":"([^"]+)"/.exec(output)?.[1]
      if (found === undefined || !readyWhen.every((line) => output.includes(line))) return
      output = 'found'
      clearTimeout(timer)
      resolve(found)
    })
    child.once('exit', (code) => {
      clearTimeout(timer)
      fail(`exited with ${code}`)
    })
  })
  return {
    child,
    url,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      // Without its parent it exits by itself, and writes its CPU profile first.
      child.disconnect()
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
      await exited
      clearTimeout(timer)
    },
  }
}
