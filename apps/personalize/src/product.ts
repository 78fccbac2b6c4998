import { PersonalizeError } from './personalize-error.ts'

/** What the product is called, in each place where a name is. */
export interface Product {
  /** For people: `Acme Chat`. */
  readonly name: string
  /** Of the packages, without `@`: `acme`. */
  readonly scope: string
  /** The name without spaces and capitals, in cookies, metrics, storage keys and files: `acmechat`. */
  readonly word: string
  /** For classes: `AcmeChat`. */
  readonly pascal: string
}

const MAX_NAME_CHARS = 40

/** @throws {PersonalizeError} for a name that would break where it is written: in HTML, TypeScript, YAML, a URL. */
export function productOf(name: string, scope = suggestedScope(name)): Product {
  const words = plainWords(name)
  const word = words.join('').toLowerCase()
  if (!/^\p{L}[\p{L}\p{M}\d .-]*$/u.test(name) || name.length > MAX_NAME_CHARS || name.endsWith(' '))
    throw new PersonalizeError(
      `The name "${name}" does not fit: expected a letter, then letters, digits, spaces, dots and hyphens, ` +
        `${MAX_NAME_CHARS} characters at most.`,
    )
  if (!/^[a-z][a-z0-9]+$/.test(word) || TAKEN.has(word) || word.includes('sluice'))
    throw new PersonalizeError(
      `The name "${name}" does not fit: the cookie, metrics and files would be called "${word}", which has to begin ` +
        'with a letter from a to z, to have two or more, and to be no word of JavaScript or of this repository.',
    )
  const plainScope = scope.replace(/^@/, '')
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(plainScope) || plainScope.includes('sluice'))
    throw new PersonalizeError(
      `The scope "${scope}" is not one of npm's: expected a to z, digits, and hyphens, dots or underscores between, such as "acme".`,
    )
  const pascal = words.map((each) => (each[0] ?? '').toUpperCase() + each.slice(1)).join('')
  return { name, scope: plainScope, word, pascal }
}

export function suggestedScope(name: string): string {
  return plainWords(name).join('-').toLowerCase()
}

/** Without accents and signs. */
function plainWords(name: string): string[] {
  return (
    name
      .normalize('NFKD')
      .replaceAll(/\p{M}/gu, '')
      .match(/[A-Za-z0-9]+/g) ?? []
  )
}

/** JavaScript's, and names that the code has where the product's would be. */
const TAKEN = new Set(
  (
    'await break case catch class const continue debugger default delete do else enum eval export extends false finally ' +
    'for function if implements import in instanceof interface let new null package private protected public return ' +
    'static super switch this throw true try typeof undefined var void while with yield arguments main other product ' +
    'raw article postgres nginx redis server web'
  ).split(' '),
)
