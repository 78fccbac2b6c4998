import { createHash } from 'node:crypto'
import { closeSync, constants, openSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import net from 'node:net'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseError } from './database-error.ts'

export interface FolderLock {
  release(): Promise<void>
}

export interface LockOptions {
  /** Called when the wait for another process exceeds a second. */
  readonly onProgress?: ((message: string) => void) | undefined
  /** How long to wait for that process, in ms. Default: 10 s. */
  readonly patienceMs?: number
}

/** ms. A file watcher's restart begins while the process before it still closes. */
const PATIENCE_MS = 10_000
const RETRY_MS = 50
/** ms of waiting before it is reported. */
const QUIET_MS = 1000

/**
 * Takes a folder, which need not exist yet, for this process: the operating system gives it back when the process ends,
 * however it ends. A file with a process id in it outlives a kill, and the id may be another process's by then.
 *
 * On Linux the lock holds within one network namespace: two containers that share a volume do not see each other's.
 *
 * @throws {DatabaseError} `locked` when another process still has it after `patienceMs`.
 */
export async function lockFolder(
  folder: string,
  { onProgress, patienceMs = PATIENCE_MS }: LockOptions = {},
): Promise<FolderLock> {
  const path = join(await realpath(dirname(folder)), basename(folder))
  const take = process.platform === 'linux' ? takeSocket : takeFile
  let said = false
  for (let waited = 0; ; waited += RETRY_MS) {
    const lock = await take(path)
    if (lock) return lock
    if (waited >= patienceMs) {
      throw new DatabaseError('locked', `Another process has the database in ${folder} open. Stop it first.`)
    }
    if (waited >= QUIET_MS && !said) {
      said = true
      onProgress?.(`Waiting for another process to close the database in ${folder}.`)
    }
    await sleep(RETRY_MS)
  }
}

/** Linux: a listening socket in the abstract namespace, where a name can be listened on once. */
async function takeSocket(path: string): Promise<FolderLock | undefined> {
  const name = createHash('sha256').update(path).digest('hex')
  const server = net.createServer((socket) => socket.destroy())
  const taken = await new Promise<boolean>((resolve, reject) => {
    server.once('listening', () => resolve(true))
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    )
    server.listen(`\0sluice-${name}`)
  })
  if (!taken) return undefined
  server.unref()
  return { release: () => new Promise((resolve) => server.close(() => resolve())) }
}

/** macOS and Windows: a file that can be open once. The flag is libuv's `UV_FS_O_EXLOCK`. */
async function takeFile(path: string): Promise<FolderLock | undefined> {
  const { O_CREAT, O_RDWR, O_NONBLOCK } = constants
  const exclusive = process.platform === 'win32' ? 0x1000_0000 : 0x20
  try {
    // oxlint-disable-next-line no-bitwise -- flags are combined with |
    const file = openSync(`${path}.lock`, O_CREAT | O_RDWR | O_NONBLOCK | exclusive)
    return { release: async () => closeSync(file) }
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['EAGAIN', 'EBUSY'].includes(String(error.code)))
      return undefined
    throw error
  }
}
