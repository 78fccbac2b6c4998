import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

function find(name: string): string | undefined {
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
    '/opt/homebrew/bin',
  ]
  return folders.map((folder) => join(folder, name)).find((path) => isExecutable(path))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const nginx = find('nginx')
const missing = [nginx === undefined && 'nginx', find('openssl') === undefined && 'openssl'].filter(Boolean)

/** Why nginx tests are skipped here; undefined where nginx is installed. In CI they fail instead. */
export const noNginx: string | undefined =
  missing.length > 0 && !process.env['CI']
    ? `no ${missing.join(', no ')} found; install with: sudo apt-get install ${missing.join(' ')} (macOS: brew install …)`
    : undefined

export function nginxBinary(): string {
  if (nginx === undefined) throw new Error('no nginx found: apt-get install nginx')
  return nginx
}
