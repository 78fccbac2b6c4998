import { expect, test } from 'vitest'
import { productOf } from './product.ts'
import { rename } from './rename.ts'

test('a name is written as each place takes it', () => {
  const product = productOf('Crème Brûlée 2', '@acme')
  expect(product).toEqual({
    name: 'Crème Brûlée 2',
    scope: 'acme',
    word: 'cremebrulee2',
    pascal: 'CremeBrulee2',
  })
  expect(productOf('Acme Chat').scope).toBe('acme-chat')
  const texts = {
    "import { a } from '@sluice/db'": "import { a } from '@acme/db'",
    '/--filter @sluice\\/x/': '/--filter @acme\\/x/',
    'class SluiceClient': 'class CremeBrulee2Client',
    'const openSluiceVisit = sluiceMain': 'const openCremeBrulee2Visit = cremebrulee2Main',
    SLUICE_MAIN: 'CREMEBRULEE2_MAIN',
    '\\nSluice is ready': '\\nCrème Brûlée 2 is ready',
    'sluice_session, sluice.settings': 'cremebrulee2_session, cremebrulee2.settings',
    'postgres://sluice:secret@localhost/sluice': 'postgres://cremebrulee2:secret@localhost/cremebrulee2',
    'deploy/nginx/sluice-proxy.conf': 'deploy/nginx/cremebrulee2-proxy.conf',
  }
  for (const [from, to] of Object.entries(texts)) expect(rename(from, product)).toBe(to)
})

test.each([
  '',
  ' ',
  '1st',
  "Ann's",
  'A<b>',
  'Acme & Co',
  'x'.repeat(41),
  'Я',
  'Class',
  'Sluice Two',
  'nginx',
  'a',
])('a name that would break where it is written is refused: %s', (name) => {
  expect(() => productOf(name, 'acme')).toThrow(`The name "${name}" does not fit:`)
})

test.each(['', 'Acme', 'a b', '@', 'a/b', '.acme', 'sluice'])(
  'a scope that npm does not take is refused: %s',
  (scope) => {
    expect(() => productOf('Acme', scope)).toThrow(`The scope "${scope}" is not`)
  },
)
