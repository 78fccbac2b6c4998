import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { insertImport, insertLast } from './insert.ts'

/** What a generator writes. Nothing is written before `write`, so that an error leaves everything as it was. */
export class Changes {
  readonly #root: string
  readonly #render: (template: string, data: object) => string
  readonly #texts = new Map<string, string>()

  /** @param root Of the repository: paths are from there, with slashes. */
  constructor(root: string, render: (template: string, data: object) => string) {
    this.#root = root
    this.#render = render
  }

  exists(path: string): boolean {
    return this.#texts.has(path) || existsSync(join(this.#root, path))
  }

  /** Adds a file from one of `templates`. @throws {Error} when it exists. */
  add(path: string, template: string, data: object): void {
    if (this.exists(path)) throw new Error(`${path} exists already. Nothing was written.`)
    this.#texts.set(path, this.#render(this.#read(`turbo/generators/templates/${template}.hbs`), data))
  }

  /** Adds a line to a list, as {@link insertLast}, and the import that it needs. @throws {Error} without such a list. */
  insert(path: string, opening: string, line: string, statement?: string): void {
    const code = this.#texts.get(path) ?? this.#read(path)
    const listed = insertLast(code, opening, line)
    if (listed === undefined)
      throw new Error(
        `${path} does not have \`${opening}\` once, in which \`${line}\` belongs. Nothing was written. ` +
          'Restore that line, or tell turbo/generators where the list is now.',
      )
    const imported = statement === undefined ? listed : insertImport(listed, statement)
    if (imported === undefined) throw new Error(`${path} has no imports. Nothing was written.`)
    this.#texts.set(path, imported)
  }

  /** Writes and formats the files. Returns their paths, one a line. */
  write(): string {
    const paths = [...this.#texts.keys()]
    for (const [path, text] of this.#texts) {
      mkdirSync(dirname(join(this.#root, path)), { recursive: true })
      writeFileSync(join(this.#root, path), text)
    }
    const oxfmt = createRequire(join(this.#root, 'package.json')).resolve('oxfmt/package.json')
    execFileSync(process.execPath, [join(dirname(oxfmt), 'bin/oxfmt'), ...paths], { cwd: this.#root })
    return paths.join('\n    ')
  }

  #read(path: string): string {
    if (!existsSync(join(this.#root, path))) throw new Error(`There is no ${path}. Nothing was written.`)
    return readFileSync(join(this.#root, path), 'utf8').replaceAll('\r\n', '\n')
  }
}
