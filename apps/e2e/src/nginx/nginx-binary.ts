import { findProgram } from '../find-program.ts'

const nginx = findProgram('nginx')
const missing = [nginx === undefined && 'nginx', findProgram('openssl') === undefined && 'openssl'].filter(
  Boolean,
)

/** Why nginx tests are skipped here; undefined where nginx is installed. In CI they fail instead. */
export const noNginx: string | undefined =
  missing.length > 0 && !process.env['CI']
    ? `no ${missing.join(', no ')} found; install with: sudo apt-get install ${missing.join(' ')} (macOS: brew install …)`
    : undefined

export function nginxBinary(): string {
  if (nginx === undefined) throw new Error('no nginx found: apt-get install nginx')
  return nginx
}
