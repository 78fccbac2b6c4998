import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import type { Finding } from './finding.ts'

/** Runs the doctor as a process, with these arguments. */
export async function doctor(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const main = resolve(import.meta.dirname, 'main.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args])
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

/** The diagnosis: the level of each check, and all messages as one text. */
export async function diagnosis(...args: string[]) {
  const { code, out } = await doctor('--json', ...args)
  const { ok, findings } = JSON.parse(out) as { ok: boolean; findings: Finding[] }
  const levels = Object.fromEntries(findings.map(({ check, level }) => [check, level]))
  const messages = findings.map(({ summary, fix = [] }) => [summary, ...fix].join('\n')).join('\n')
  return { code, ok, levels, messages }
}

/** The levels when there is nothing to say. */
export const ALL_OK = {
  http: 'ok',
  body: 'ok',
  delivery: 'ok',
  resume: 'ok',
  stop: 'ok',
  headers: 'ok',
  disconnect: 'ok',
  pings: 'ok',
}
