import type { ToolCall } from './choose-calls.ts'
import { fillSchema } from './fill-schema.ts'
import type { Tool } from './messages-body.ts'
import type { Random } from './random.ts'
import type { ToolLoop } from './tool-loop.ts'
import { TEXT_FIELD, TITLE_FIELD } from './write-output.ts'

interface Values {
  id?: string
  title?: string
  text?: string
  query?: string
}

/** The names of the fields that are for a value. */
const FIELDS: Readonly<Record<keyof Values, RegExp>> = {
  id: /^(?:note)?_?id$/i,
  title: TITLE_FIELD,
  text: TEXT_FIELD,
  query: /query|search|words|term|^q$/i,
}

const ADD =
  /\b(?:add|make|write|create|save|take)\s+(?:me\s+)?an?\s+(?:new\s+)?note\b(?:\s+(?:that|saying|about|to))?[\s:,]*(.+)/is
const NOTE_THAT = /\bnote\s+(?:down\s+)?that\s+(.+)/is
const LIST = /\b(?:list|show)\b[^.?!]*\bnotes\b|\bnotes do I have\b/i
const SEARCH = /\b(?:find|search|show|look)\b[^.?!]*?\bnotes?\b\s+(?:about|on|for|with|that mention)\s+(.+)/is
const UPDATE =
  /\b(?:change|update|edit)\s+(?:the|my)\s+note\s+(?:about\s+|on\s+|called\s+)?(.+?)\s+to[\s:]+(.+)/is
const REMOVE = /\b(?:delete|remove)\s+(?:the|my)\s+note\s+(?:about\s+|on\s+|called\s+)?(.+)/is

/** The call that a prompt about notes needs next, where the tools for it are offered. */
export function callForNotes(
  tools: readonly Tool[],
  prompt: string,
  { loop, random }: { loop: ToolLoop; random: Random },
): ToolCall | undefined {
  const change = UPDATE.exec(prompt) ?? REMOVE.exec(prompt)
  if (change !== null) {
    const [, about = '', text] = change.map(plain)
    if (loop.round === 0) return call('notes__search', { query: about })
    // The note to change is the first that was found. Ids are read as text, because a long result may be cut.
    const id = /"id":\s*"([^"]+)"/.exec(loop.results[0]?.text ?? '')?.[1]
    if (loop.round > 1 || id === undefined) return undefined
    return text === undefined ? call('notes__remove', { id }) : call('notes__update', { id, text })
  }
  if (loop.round > 0) return undefined
  const added = plain((ADD.exec(prompt) ?? NOTE_THAT.exec(prompt))?.[1])
  if (added !== undefined) return call('notes__add', titled(added))
  const query = plain(SEARCH.exec(prompt)?.[1])
  if (query !== undefined) return call('notes__search', { query })
  return LIST.test(prompt) ? call('notes__list', {}) : undefined

  function call(name: string, values: Values): ToolCall | undefined {
    const schema = tools.find((tool) => tool.name === name)?.input_schema
    return schema && { name, input: { ...required(schema, random), ...fieldsFor(values, schema) } }
  }
}

/** `Locks: two gates` has a title; otherwise the first words are one. */
function titled(note: string): Values {
  const [, title, text] = /^([^:\n]{1,80}):\s+(.+)$/s.exec(note) ?? []
  if (title !== undefined && text !== undefined) return { title, text }
  return { title: note.split(/\s+/).slice(0, 6).join(' ').slice(0, 80), text: note }
}

function required(schema: NonNullable<Tool['input_schema']>, random: Random): object {
  const names = Array.isArray(schema['required']) ? schema['required'] : []
  const properties = Object.entries(schema['properties'] ?? {}).filter(([name]) => names.includes(name))
  const filled = fillSchema(
    { ...schema, properties: Object.fromEntries(properties) },
    { random, words: ['note'] },
  )
  return Object(filled)
}

/** Each value under the name of its field. */
function fieldsFor(values: Values, { properties }: NonNullable<Tool['input_schema']>): object {
  const names = Object.keys(properties ?? {})
  const kinds = ['id', 'title', 'text', 'query'] as const
  const fields = kinds.map((kind) => [names.find((name) => FIELDS[kind].test(name)), values[kind]])
  return Object.fromEntries(fields.filter(([name, value]) => name !== undefined && value !== undefined))
}

/** Without quotation marks around it, and without the end of the sentence. */
function plain(words: string | undefined): string | undefined {
  return words?.trim().replaceAll(/^["“'‘]|["”'’]?[.!?]*$/g, '')
}
