import { applyEdits, type Edit } from './edits.ts'
import { PersonalizeError } from './personalize-error.ts'
import type { Product } from './product.ts'
import { rename } from './rename.ts'
import type { Room } from './room.ts'
import { PERSONALIZE } from './rooms/personalize.ts'
import { SHARED } from './rooms/shared.ts'
import type { Tree } from './tree.ts'

/** Keeps its copyright line. */
const LICENSE = 'LICENSE'
const CREDIT = {
  file: 'README.md',
  after: 'MIT licence.',
  text: ' Made from Sluice; [LICENSE](LICENSE) names its authors.',
}

/**
 * The checkout without these rooms. What this command itself is goes too.
 *
 * @throws {PersonalizeError} with every file that differs from what the rooms expect, and what they expect in it.
 */
export function withoutRooms(tree: Tree, rooms: readonly Room[]): Map<string, string | undefined> {
  const names = new Set(rooms.map(({ name }) => name))
  const parts = [
    ...rooms,
    PERSONALIZE,
    ...SHARED.filter((shared) => shared.rooms.every((name) => names.has(name))),
  ]
  const problems: string[] = []
  const after = new Map(tree)
  for (const path of parts.flatMap(({ deletes }) => deletes)) {
    const gone = [...tree.keys()].filter((each) => each === path || each.startsWith(`${path}/`))
    if (gone.length === 0) problems.push(`${path}: it is not there`)
    for (const each of gone) after.delete(each)
  }
  const editsOf = new Map<string, Edit[]>()
  for (const [path, edits] of parts.flatMap((part) => Object.entries(part.edits)))
    editsOf.set(path, [...(editsOf.get(path) ?? []), ...edits])
  for (const [path, edits] of editsOf) {
    const text = tree.get(path)
    if (text === undefined) problems.push(`${path}: it is not there`)
    else if (after.has(path)) {
      const edited = tryEdits(path, text, edits)
      if (edited instanceof PersonalizeError) problems.push(edited.message)
      else after.set(path, edited)
    }
  }
  if (problems.length > 0)
    throw new PersonalizeError(
      `This checkout differs from what is to be removed, so nothing was changed:\n${problems.map((each) => `  ${each}`).join('\n')}`,
    )
  return after
}

function tryEdits(path: string, text: string, edits: readonly Edit[]): string | PersonalizeError {
  try {
    return applyEdits(text, edits)
  } catch (error) {
    if (!(error instanceof PersonalizeError)) throw error
    return new PersonalizeError(`${path}: ${error.message}`)
  }
}

/** The checkout under another name: texts and paths. */
export function renamed(tree: Tree, product: Product): Map<string, string | undefined> {
  const after = new Map<string, string | undefined>()
  for (const [path, text] of tree) {
    if (text === undefined || path === LICENSE) after.set(path, text)
    else after.set(rename(path, product), rename(text, product))
  }
  const readme = after.get(CREDIT.file)
  if (readme !== undefined) after.set(CREDIT.file, readme.replace(CREDIT.after, CREDIT.after + CREDIT.text))
  return after
}

export interface Leftover {
  readonly path: string
  /** From 1; 0 for the path itself. */
  readonly line: number
  readonly text: string
}

/** Where what was removed, or the old name, is still said: except in the licence and the line of credit. */
export function leftovers(tree: Tree, rooms: readonly Pick<Room, 'leftovers' | 'spares'>[]): Leftover[] {
  const found: Leftover[] = []
  for (const [path, text] of tree) {
    if (path === LICENSE) continue
    const patterns = rooms
      .filter(({ spares }) => spares?.test(path) !== true)
      .flatMap((room) => room.leftovers)
    for (const [index, each] of [path, ...(text ?? '').split('\n')].entries()) {
      const said = each.replace(CREDIT.text, '')
      if (patterns.some((pattern) => pattern.test(said))) found.push({ path, line: index, text: each.trim() })
    }
  }
  return found
}

/** The name of the product that this was made from. */
export const OLD_NAME: Pick<Room, 'leftovers'> = { leftovers: [/sluice/i] }
