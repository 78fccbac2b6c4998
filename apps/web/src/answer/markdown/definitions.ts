import type { Lexer } from 'marked'

/** What links by reference and footnotes point at, as far as it has been read. */
export interface Definitions {
  readonly links: Links
  /** By label: the how-manieth note it is. */
  readonly notes: ReadonlyMap<string, number>
  /**
   * The text is complete: what is not defined now never will be, and is shown as it was written. A footnote with a
   * number is one even so.
   */
  readonly final: boolean
}

/** Addresses and titles by normalised label. */
export type Links = Lexer['tokens']['links']

/** No prototype: `[constructor]` is a label like any other. */
export function linkTable(...tables: Links[]): Links {
  const table: Links = Object.create(null)
  return Object.assign(table, ...tables)
}

/** Further ones are left undefined: each costs a little with every new one. */
const MAX_DEFINITIONS = 4096

export const NO_DEFINITIONS: Definitions = { links: linkTable(), notes: new Map(), final: false }

/** The first definition of a label wins. The same object when there is nothing new. */
export function withDefinitions(known: Definitions, links: Links, notes: readonly string[]): Definitions {
  const isNew =
    notes.some((note) => !known.notes.has(note)) ||
    Object.keys(links).some((label) => !Object.hasOwn(known.links, label))
  if (!isNew || Object.keys(known.links).length + known.notes.size > MAX_DEFINITIONS) return known
  const labels = new Set([...known.notes.keys(), ...notes])
  return {
    ...known,
    links: linkTable(links, known.links),
    notes: new Map([...labels].map((label, index) => [label, index + 1])),
  }
}

/** Text without a bracket refers to nothing: its definitions never change, so it is never rendered again. */
export function definitionsFor(source: string, known: Definitions): Definitions {
  return source.includes('[') ? known : NO_DEFINITIONS
}

const REFERENCE = /\[(\^?[^[\]]{1,999})\](?!\()|\]\[/g

/** Whether what was rendered with `earlier` definitions looks different with the final ones. */
export function changesWith(source: string, earlier: Definitions, final: Definitions): boolean {
  if (!source.includes('[')) return false
  for (const [whole, label = ''] of source.matchAll(REFERENCE)) {
    // Shown as a link in waiting until now.
    if (whole === '][') return true
    if (label.startsWith('^')) {
      if (!earlier.notes.has(label.slice(1))) return true
      continue
    }
    const name = normalizeLabel(label)
    if (Object.hasOwn(final.links, name) && !Object.hasOwn(earlier.links, name)) return true
  }
  return false
}

/** As marked does it, which keeps its links under these names. */
function normalizeLabel(label: string): string {
  return label.trim().replaceAll(/\s+/g, ' ').toLowerCase().toUpperCase().toLowerCase()
}
