import type { Lexer } from 'marked'

/** What the links by reference and the footnotes of one piece of text point at, as far as it has been read. */
export interface Definitions {
  readonly links: Links
  /** By label: the how-manieth note of the whole text it is. */
  readonly notes: ReadonlyMap<string, number>
  /**
   * The text is complete: what is not defined now never will be, and is shown as it was written. A footnote with a
   * number is one even so. Not set where it makes no difference.
   */
  readonly final: boolean
}

/** Addresses and titles by normalised label. */
export type Links = Lexer['tokens']['links']

/** Everything that a text has defined. A new table goes on in the one before, so that one more costs no copy. */
export interface AllDefinitions {
  readonly links: Links
  readonly notes: Readonly<Record<string, number>>
  readonly linkCount: number
  readonly noteCount: number
  /** How many tables a label may have to be looked for in. */
  readonly tables: number
  readonly final: boolean
}

/** Further ones are left undefined. */
const MAX_DEFINITIONS = 4096
const MAX_TABLES = 16

/** Without the prototype of objects: `[constructor]` is a label like any other. */
const EMPTY: Record<string, never> = Object.freeze(Object.create(null))

export const NO_DEFINITIONS: Definitions = { links: EMPTY, notes: new Map(), final: false }
export const NOTHING_DEFINED: AllDefinitions = {
  links: EMPTY,
  notes: EMPTY,
  linkCount: 0,
  noteCount: 0,
  tables: 0,
  final: false,
}

/** A table of its own with the same links. */
export function linkTable(links: Links): Links {
  return Object.assign(Object.create(null), links)
}

/** The first definition of a label wins. The same object when there is nothing new. */
export function withDefinitions(
  known: AllDefinitions,
  links: Links,
  notes: readonly string[],
): AllDefinitions {
  const newLinks = Object.keys(links).filter((label) => !(label in known.links))
  const newNotes = [...new Set(notes)].filter((label) => !(label in known.notes))
  const count = known.linkCount + known.noteCount
  if (newLinks.length + newNotes.length === 0 || count > MAX_DEFINITIONS) return known
  const isDeep = known.tables >= MAX_TABLES
  const allLinks: Record<string, Links[string]> = Object.create(isDeep ? inOne(known.links) : known.links)
  const allNotes: Record<string, number> = Object.create(isDeep ? inOne(known.notes) : known.notes)
  for (const label of newLinks) put(allLinks, label, links[label])
  for (const [index, label] of newNotes.entries()) put(allNotes, label, known.noteCount + index + 1)
  return {
    links: allLinks,
    notes: allNotes,
    linkCount: known.linkCount + newLinks.length,
    noteCount: known.noteCount + newNotes.length,
    tables: isDeep ? 2 : known.tables + 1,
    final: known.final,
  }
}

function inOne<Value>(tables: Readonly<Record<string, Value>>): Record<string, Value> {
  const one: Record<string, Value> = Object.create(null)
  // With what is in the tables below.
  for (const label in tables) put(one, label, tables[label])
  return one
}

function put<Value>(table: Record<string, Value>, label: string, value: Value | undefined): void {
  if (value !== undefined) table[label] = value
}

/** Text in brackets, which may be a label; `^` is the mark of a footnote. */
const LABEL = /\[((?:\\[^]|[^[\]\\]){1,999})\]/g

const OPENS_LABEL = /\]\[(?!\])/g
/** In a table, `\|` is `|`; in a quote, a line begins with a mark. */
const MAY_READ_OTHERWISE = /[\\\n]/

/** Of all that is defined, what this text refers to. */
export function definitionsFor(source: string, all: AllDefinitions): Definitions {
  if (!source.includes('[')) return NO_DEFINITIONS
  const links = linkTable(EMPTY)
  const notes = new Map<string, number>()
  // A link with a label of its own and a footnote are shown before they are defined. Counted is each `][`, and taken
  // back where what it opens is surely defined; what is not a reference at all, such as code, may stay counted.
  let waiting = source.match(OPENS_LABEL)?.length ?? 0
  let noteEnd = -1
  for (const { 0: raw, 1: label = '', index } of source.matchAll(LABEL)) {
    const name = normalizeLabel(label)
    const link = all.links[name]
    put(links, name, link)
    if (!label.startsWith('^')) {
      if (link !== undefined && source[index - 1] === ']' && !MAY_READ_OTHERWISE.test(label)) waiting--
      continue
    }
    const note = all.notes[label.slice(1)]
    if (note === undefined) {
      waiting++
      continue
    }
    notes.set(label.slice(1), note)
    if (index === noteEnd) waiting--
    noteEnd = index + raw.length
  }
  return { links, notes, final: all.final && waiting > 0 }
}

/** Whether a text looks the same with both. */
export function isSameDefinitions(a: Definitions, b: Definitions): boolean {
  if (a === b) return true
  if (a.final !== b.final || a.notes.size !== b.notes.size) return false
  const labels = Object.keys(a.links)
  return (
    labels.length === Object.keys(b.links).length &&
    labels.every((label) => isSameLink(a.links[label], b.links[label])) &&
    [...a.notes].every(([label, number]) => b.notes.get(label) === number)
  )
}

function isSameLink(a: Links[string] | undefined, b: Links[string] | undefined): boolean {
  return a?.href === b?.href && a?.title === b?.title
}

/** As marked does it, which keeps its links under these names. */
function normalizeLabel(label: string): string {
  return label.trim().replaceAll(/\s+/g, ' ').toLowerCase().toUpperCase().toLowerCase()
}
