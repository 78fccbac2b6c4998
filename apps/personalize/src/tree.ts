import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The text files of a checkout, by path with slashes. Images and other binary files are listed without text. */
export type Tree = ReadonlyMap<string, string | undefined>

/** Neither in the repository nor made from it by `pnpm install`. As in `.gitignore`. */
const SKIPPED =
  /^(?:node_modules|dist|\.git|\.data|\.turbo|artifacts|coverage|\.env|.*\.log|.*\.tsbuildinfo)$/

export function readTree(root: string): Tree {
  const tree = new Map<string, string | undefined>()
  const read = (folder: string) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (SKIPPED.test(entry.name)) continue
      if (entry.isDirectory()) read(path)
      else if (entry.isFile()) tree.set(path, textOf(readFileSync(join(root, path))))
    }
  }
  read('')
  return tree
}

/** Writes what differs between two trees. A file without text keeps its path, or is deleted. */
export function writeTree(root: string, before: Tree, after: Tree): void {
  for (const path of before.keys()) if (!after.has(path)) removeFile(root, path)
  for (const [path, text] of after) {
    if (text === undefined || text === before.get(path)) continue
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

/** Also its folder, when nothing is left in it that was in the repository. */
function removeFile(root: string, path: string): void {
  rmSync(join(root, path))
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    const left = readdirSync(join(root, folder))
    if (!left.every((name) => SKIPPED.test(name) && !name.startsWith('.env'))) return
    for (const name of left) rmSync(join(root, folder, name), { recursive: true })
    rmdirSync(join(root, folder))
  }
}

function textOf(bytes: Buffer): string | undefined {
  return bytes.includes(0) ? undefined : bytes.toString('utf8')
}
