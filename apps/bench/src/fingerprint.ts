import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'

/** Eight hex digits that say whether two runs measured the same build. */
export async function fingerprint(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
    .slice(0, 8)
}
