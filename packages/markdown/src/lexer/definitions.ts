import type { Lexer } from 'marked'

/** The definitions that one piece of text refers to, as far as they have arrived. */
export interface Definitions {
  readonly links: Links
  /** The number of each note in the whole text, by label. */
  readonly notes: ReadonlyMap<string, number>
  /**
   * The text is complete: references without a definition are shown as written, except numbered footnotes. Not set
   * where it makes no difference.
   */
  readonly final: boolean
}

/** Addresses and titles by normalised label. */
export type Links = Lexer['tokens']['links']

/** All definitions of a text. A new table has the one before as its prototype, so that adding needs no copy. */
export interface AllDefinitions {
  readonly links: Links
  readonly notes: Readonly<Record<string, number>>
  readonly linkCount: number
  readonly noteCount: number
  /** Length of the prototype chain. */
  readonly tables: number
  readonly final: boolean
}

/** Further definitions are ignored. */
const MAX_DEFINITIONS = 4096
const MAX_TABLES = 16

/** Without `Object.prototype`, so that `[constructor]` is a label like any other. */
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

/** A new table with the same links. */
export function linkTable(links: Links): Links {
  return Object.assign(Object.create(null), links)
}

/** Adds definitions. The first one of a label wins. Returns the same object when there is nothing new. */
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
  // `for in` includes the prototype chain.
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

/** The definitions that this text refers to. */
export function definitionsFor(source: string, all: AllDefinitions): Definitions {
  if (!source.includes('[')) return NO_DEFINITIONS
  const links = linkTable(EMPTY)
  const notes = new Map<string, number>()
  // Links with a label and footnotes are shown before they are defined. This counts each `][`, and subtracts those that
  // are surely defined. Text that is not a reference at all, such as code, may stay counted.
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

/** Whether a text is rendered the same with both. */
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

/** As in marked, which stores links under these names. */
function normalizeLabel(label: string): string {
  return label.trim().replaceAll(/\s+/g, ' ').toLowerCase().toUpperCase().toLowerCase()
}
