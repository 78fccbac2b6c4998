import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { startSimulator } from './simulator.ts'
import { ask } from './testing/test-client.ts'

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

function run(...args: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'cli.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  return child
}

async function errorOf(...args: string[]): Promise<string> {
  const child = run(...args)
  let output = ''
  for await (const chunk of child.stderr) output += String(chunk)
  if (child.exitCode === null) await once(child, 'exit')
  expect(child.exitCode).toBe(1)
  return output
}

test('it prints where it listens and how to point a client at it, and ends on SIGTERM', async () => {
  const child = run('--', '--port', '0', '--tps', 'max', '--ttft', '0')
  let output = ''
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    output += String(chunk)
    if (output.includes('API_KEY')) break
  }
  const url = /listens on (\S+)/.exec(output)?.[1] ?? ''
  expect(output).toContain(`ANTHROPIC_BASE_URL=${url}`)
  expect(await (await ask(url, { sim: 'tokens=5' })).text()).toContain('message_stop')
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  // Windows has no signals that a process could answer: it is ended.
  expect(await exit).toEqual(process.platform === 'win32' ? [null, 'SIGTERM'] : [0, null])
})

test('a busy port and a bad option are told in one line', async () => {
  const holder = await startSimulator()
  try {
    const port = new URL(holder.url).port
    expect(await errorOf('--port', port)).toBe(
      `claude-sim: listen EADDRINUSE: address already in use 127.0.0.1:${port}\n`,
    )
    expect(await errorOf('--port', '65536')).toMatch(/^claude-sim: .*65536.*\n$/)
    expect(await errorOf('--tps', 'fast')).toContain('"fast" is not allowed for tps')
    expect(await errorOf('--speed', '3')).toContain("Unknown option '--speed'")
  } finally {
    await holder.close()
  }
})
