import { execFile, execFileSync, spawn } from 'node:child_process'
import { chownSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface PostgresServer {
  /** Of a database that the server has, or shall have. */
  url(database: string): string
  /** Ends every connection at once, as a crash does. */
  crash(): Promise<void>
  /** After a crash. */
  restart(): Promise<void>
}

const run = promisify(execFile)

/** Nothing here has to survive a power cut. */
const FAST = '-c fsync=off -c full_page_writes=off -c max_connections=200'

/** Reads until this process is gone, however it ended, and then tidies up after it. */
const TIDY_UP = 'cat; "$@" stop -m immediate; rm -rf "$0"'

/**
 * A Postgres of this process's own, in a temporary folder and on a socket in it. It ends when the process does.
 *
 * @param bin see `findPostgres`.
 */
export async function startPostgres(bin: string): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-postgres-'))
  const data = join(folder, 'data')
  let command = 'env'
  let user: string[] = []
  if (process.getuid?.() === 0) {
    // Root may not run it.
    const [uid, gid] = ['-u', '-g'].map((flag) =>
      execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }).trim(),
    )
    chownSync(folder, Number(uid), Number(gid))
    command = 'setpriv'
    user = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups']
  }
  const pgCtl = [...user, join(bin, 'pg_ctl'), '--silent', '--pgdata', data]
  const settings = `-c listen_addresses= -c unix_socket_directories=${folder} ${FAST}`
  const start = () => run(command, [...pgCtl, 'start', '--log', join(folder, 'log'), '--options', settings])

  await run(command, [
    ...pgCtl,
    'init',
    '--options',
    '-U postgres --auth trust -E UTF8 --no-locale --no-sync',
  ])
  await start()
  const tidier = spawn('sh', ['-c', TIDY_UP, folder, command, ...pgCtl], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // A Ctrl+C ends us, not it.
    detached: true,
  })
  tidier.unref()
  return {
    url: (database) => `postgres://postgres@${encodeURIComponent(folder)}/${database}`,
    async crash() {
      await run(command, [...pgCtl, 'stop', '-m', 'immediate'])
    },
    async restart() {
      await start()
    },
  }
}
