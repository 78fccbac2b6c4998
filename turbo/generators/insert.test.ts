import { expect, test } from 'vitest'
import { insertImport, insertLast } from './insert.ts'

test('a line is added at the end of a list, however it is written', () => {
  expect(insertLast('const a = {\n  b: {\n    c,\n  },\n}\nd\n', 'const a = {', 'e')).toBe(
    'const a = {\n  b: {\n    c,\n  },\n  e,\n}\nd\n',
  )
  expect(insertLast('  const a = [\n    b\n  ]\n', 'const a = [', 'c')).toBe(
    '  const a = [\n    b,\n    c,\n  ]\n',
  )
  expect(insertLast('const a = { ...b }\n', 'const a = {', 'c')).toBe('const a = { ...b,\n  c,\n}\n')
  expect(insertLast('const a = [] as const\n', 'const a = [', 'b')).toBe('const a = [\n  b,\n] as const\n')
})

test('without the list, or with two of them, there is no place', () => {
  expect(insertLast('const a = []\n', 'const b = [', 'c')).toBeUndefined()
  expect(insertLast('const a = []\nconst a = []\n', 'const a = [', 'c')).toBeUndefined()
  expect(insertLast('const a = [\n', 'const a = [', 'c')).toBeUndefined()
})

test('an import is added once, in the order of the paths, and never inside another', () => {
  const code =
    "import {\n  a,\n} from 'z'\nimport b from '../b.ts'\nimport {\n  d,\n} from './d.ts'\n\ncode\n"
  expect(insertImport(code, "import { c } from '../c.ts'")).toBe(
    code.replace('import {\n  d', "import { c } from '../c.ts'\nimport {\n  d"),
  )
  expect(insertImport(code, "import { e } from './e.ts'")).toBe(
    code.replace("'./d.ts'\n", "'./d.ts'\nimport { e } from './e.ts'\n"),
  )
  expect(insertImport(code, "import b from '../b.ts'")).toBe(code)
  expect(insertImport('code\n', "import { e } from './e.ts'")).toBeUndefined()
})
