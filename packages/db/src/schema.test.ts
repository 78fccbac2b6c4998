import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { getTableColumns, getTableName } from 'drizzle-orm'
import { expect, test } from 'vitest'
import * as schema from './schema.ts'

const page = resolve(import.meta.dirname, '../../../docs/data.md')
const text = existsSync(page) ? readFileSync(page, 'utf8') : ''

// The documentation is yours to rewrite, and may have no picture.
test.skipIf(!text.includes('erDiagram'))(
  'the picture in docs/data.md has every table with its columns',
  () => {
    const drawn = [...text.matchAll(/^ {2}(\w+) \{\n(.*?)\n {2}\}/gms)].map(([, table, columns]) => [
      table,
      [...(columns ?? '').matchAll(/^ {4}(\w+ \w+)/gm)].map(([, column]) => column),
    ])
    const described = Object.values(schema).map((table) => [
      getTableName(table),
      Object.values(getTableColumns(table)).map(
        (column) => `${shortName(column.getSQLType())} ${column.name}`,
      ),
    ])
    expect(Object.fromEntries(drawn)).toEqual(Object.fromEntries(described))
  },
)

/** A type without its length, which Mermaid does not take. */
function shortName(type: string): string {
  return type.startsWith('timestamp') ? 'timestamptz' : type.replace(/ ?\(.*/, '')
}
