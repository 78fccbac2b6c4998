import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'

/** The first eight hex digits of a build's hash. */
export async function fingerprint(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
    .slice(0, 8)
}
