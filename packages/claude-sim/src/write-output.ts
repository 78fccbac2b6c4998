import type { Behaviour } from './behaviour.ts'
import { charsOf } from './cut-deltas.ts'
import { fillSchema } from './fill-schema.ts'
import type { Random } from './random.ts'

type Schema = Readonly<Record<string, unknown>>

/** The names of the fields that are for a title, and for a text. */
export const TITLE_FIELD = /title|name|subject|heading/i
export const TEXT_FIELD = /text|body|content|markdown/i

/** What is longer than this is written on one line. */
const MAX_PRETTY_CHARS = 4000

/**
 * JSON that fits the schema: what the settings say, whether it fits or not; an item for each sentence of the prompt, where
 * the schema wants a list of titles and texts; or anything that fits.
 */
export function writeOutput(
  schema: Schema,
  { output, tokens, fault }: Behaviour,
  { random, words, prompt }: { random: Random; words: readonly string[]; prompt: string },
): string {
  if (output !== undefined) return output
  const chars = tokens === undefined ? undefined : charsOf(tokens)
  const value = itemsFrom(schema, prompt, chars) ?? fillSchema(schema, { random, words, chars })
  if (fault === 'badinput')
    return JSON.stringify({ ...Object(value), [Object.keys(Object(value))[0] ?? 'x']: 42 })
  const json = JSON.stringify(value)
  // As Claude does, in one of several ways.
  const isPretty = json.length <= MAX_PRETTY_CHARS && random() < 0.3
  const spaced = isPretty ? JSON.stringify(value, undefined, 2) : json
  return random() < 0.3 ? spaced.replaceAll(/[^\0-\x7f]/g, escaped) : spaced
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** For an object with one list, of objects with a title and a text. */
function itemsFrom(schema: Schema, prompt: string, chars = Infinity): object | undefined {
  const [[list, { items }] = ['', {}], ...others] = Object.entries<Schema>(Object(schema['properties']))
  const item = target(Object(items), schema)
  const fields = Object.keys(Object(item['properties']))
  const [title, text] = [TITLE_FIELD, TEXT_FIELD].map((kind) => fields.find((field) => kind.test(field)))
  if (others.length > 0 || fields.length !== 2 || title === undefined || text === undefined) return undefined
  const sentences = sentencesIn(/<text>(.*)<\/text>/s.exec(prompt)?.[1] ?? prompt)
  const listed: object[] = []
  for (let size = 0, index = 0; size < chars; index += 1) {
    if (index >= sentences.length && (chars === Infinity || sentences.length === 0)) break
    const sentence = sentences[index % sentences.length] ?? ''
    const each = { [title]: titleOf(sentence), [text]: sentence }
    listed.push(each)
    size += JSON.stringify(each).length + 1
  }
  return { [list]: listed }
}

function titleOf(sentence: string): string {
  return sentence
    .replace(/[.!?:]+$/, '')
    .split(/\s+/)
    .slice(0, 5)
    .join(' ')
    .slice(0, 80)
}

function sentencesIn(text: string): string[] {
  return text
    .split(/(?<=[.!?])\s+|\n+/)
    .map((sentence) =>
      sentence
        .trim()
        .replace(/^[-*•]\s+/, '')
        .slice(0, 2000),
    )
    .filter((sentence) => /[\p{L}\p{N}]/u.test(sentence))
}

function target(schema: Schema, root: Schema): Schema {
  const { $ref } = schema
  if (typeof $ref !== 'string') return schema
  return $ref
    .split('/')
    .slice(1)
    .reduce<Schema>((part, key) => Object(part[key]), root)
}
