import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Of JavaScript and tRPC: none can be the name of a router or of a procedure. */
const RESERVED = new Set(
  (
    'apply arguments await bind break call case catch class const constructor continue debugger default delete do else enum ' +
    'eval export extends false finally for function if implements import in instanceof interface let new null package ' +
    'private protected prototype public return static super switch then this throw true try typeof undefined var void ' +
    'while with yield'
  ).split(' '),
)
/** Addresses that the server answers itself. */
const ADDRESSES = new Set(['api', 'assets', 'attachments', 'chat', 'healthz', 'metrics', 'readyz', 'trpc'])

/** True, or why a feature cannot have this name. */
export function checkFeatureName(root: string, name: string): true | string {
  if (!/^[a-z][a-z\d]*(?:-[a-z\d]+)*$/.test(name) || name.length > 40)
    return `“${name}” is not a name in kebab-case, such as summarize or sum-up.`
  const key = camelCase(name)
  if (RESERVED.has(key) || ADDRESSES.has(name)) return `“${name}” is reserved. Choose another name.`
  if (isTaken(root, key)) return `“${name}” is taken: the server has it already. Choose another name.`
  return true
}

/** True, or why a tool cannot have this name. */
export function checkToolName(root: string, name: string): true | string {
  const [group, procedure] = /^([a-z][a-zA-Z\d]*)\.([a-z][a-zA-Z\d]*)$/.exec(name)?.slice(1) ?? []
  if (group === undefined || procedure === undefined || name.length > 80)
    return `“${name}” is not a group and a procedure in camelCase, such as weather.forecast.`
  const reserved = [group, procedure].find((word) => RESERVED.has(word))
  if (reserved !== undefined) return `“${reserved}” is reserved. Choose another name.`
  const folder = `apps/server/src/${kebabCase(group)}`
  if (isTaken(root, group) && !existsSync(join(root, folder, 'router.ts')))
    return `“${group}” is taken: it is a part of the server. Choose another group.`
  if (existsSync(join(root, folder, `${kebabCase(procedure)}.ts`)) || hasProcedure(root, folder, procedure))
    return `“${name}” is taken. Choose another name.`
  return true
}

/** True, or why this is not one sentence. It becomes a string and a comment. */
export function checkSentence(sentence: string): true | string {
  if (sentence.trim() === '') return 'Say it in one sentence.'
  if (sentence.length > 300) return 'Say it in at most 300 characters.'
  if (/[\p{Cc}\u2028\u2029]|\*\//u.test(sentence)) return 'Say it in one line, without */.'
  return true
}

/** A router of the server has this name, or one of its folders. */
function isTaken(root: string, key: string): boolean {
  const appRouter = readFileSync(join(root, 'apps/server/src/routers/app-router.ts'), 'utf8')
  return (
    new RegExp(`\\b${key}\\s*[:,]`).test(appRouter) ||
    ['apps/server/src', 'apps/web/src'].some((folder) => existsSync(join(root, folder, kebabCase(key))))
  )
}

function hasProcedure(root: string, folder: string, procedure: string): boolean {
  const router = join(root, folder, 'router.ts')
  return existsSync(router) && new RegExp(`^  ${procedure}\\b[:,]`, 'm').test(readFileSync(router, 'utf8'))
}

/** `sum-up` as `sumUp`. */
export function camelCase(name: string): string {
  return name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}

/** `sumUp` as `sum-up`. */
export function kebabCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** `sum-up` as `SumUp`. */
export function pascalCase(name: string): string {
  return capital(camelCase(name))
}

/** `sum-up` as `Sum up`. */
export function words(name: string): string {
  return capital(name.replaceAll('-', ' '))
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
