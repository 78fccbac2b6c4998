import type { Edit } from './edits.ts'

/** A part of the product that can be left out. */
export interface Room {
  /** As it is called in `--remove`. */
  readonly name: string
  /** What it is, and what it costs to keep, in one line. */
  readonly about: string
  /** Files and folders to delete. */
  readonly deletes: readonly string[]
  /** By file. One that another chosen room deletes is left alone. */
  readonly edits: Readonly<Record<string, readonly Edit[]>>
  /** What must not be in the repository any more, in a file or its path. */
  readonly leftovers: readonly RegExp[]
  /** Paths of files where such words mean something else. */
  readonly spares?: RegExp
}

/** What goes when all of these rooms do. */
export interface Shared extends Pick<Room, 'deletes' | 'edits'> {
  readonly rooms: readonly string[]
}
