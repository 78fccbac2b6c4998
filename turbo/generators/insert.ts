/**
 * Adds a line at the end of a list in formatted code. @param opening How the list begins, with its bracket: `const features = {`.
 * Undefined when the code has no such list, or several.
 */
export function insertLast(code: string, opening: string, line: string): string | undefined {
  const [before, after, ...others] = code.split(opening)
  if (before === undefined || after === undefined || others.length > 0) return undefined
  const closing = CLOSING[opening.at(-1) ?? '']
  if (closing === undefined) return undefined
  const indent = /[^\n]*$/.exec(before)?.[0].match(/^ */)?.[0] ?? ''
  const [firstLine = ''] = after.split('\n')
  // In one line, it ends there. Otherwise with the first line that is indented as the one in which it begins.
  const end = firstLine.includes(closing) ? after.indexOf(closing) : after.indexOf(`\n${indent}${closing}`)
  if (end < 0) return undefined
  const items = after.slice(0, end).trimEnd()
  const comma = items.trim() === '' || items.endsWith(',') ? '' : ','
  return `${before}${opening}${items}${comma}\n${indent}  ${line},\n${indent}${after.slice(end).trimStart()}`
}

const CLOSING: Readonly<Record<string, string | undefined>> = { '{': '}', '[': ']', '(': ')' }

/** Adds an import of a file, unless it is there, in the order of the paths. Undefined when the code imports nothing. */
export function insertImport(code: string, statement: string): string | undefined {
  if (code.includes(`${statement}\n`)) return code
  const path = pathIn(statement)
  const imports = [...code.matchAll(/^import [^']*'[^']+'\n/gm)]
  const last = imports.at(-1)
  if (!last) return undefined
  const next = imports.find(([other]) => other.includes("'.") && pathIn(other) > path)
  const at = next ? next.index : last.index + last[0].length
  return `${code.slice(0, at)}${statement}\n${code.slice(at)}`
}

function pathIn(statement: string): string {
  return /'([^']+)'/.exec(statement)?.[1] ?? ''
}
