import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { PersonalizeError } from './personalize-error.ts'
import { type Product, productOf, suggestedScope } from './product.ts'
import type { Room } from './room.ts'
import { ROOMS } from './rooms.ts'

const USAGE = `Makes this clone your own product: names it, and removes what you do not want.

  pnpm personalize                    asks
  pnpm personalize --name "Acme Chat" --scope acme --remove lab,bench

  --name <name>      of the product, for people
  --scope <scope>    of its packages: @scope/server and others; default: made from the name
  --remove <rooms>   with commas between, or all; default: none
${ROOMS.map(({ name, about }) => `                       ${name.padEnd(8)} ${about}`).join('\n')}
  --force            also with changes that are not committed

It does not commit. Afterwards it is gone itself.`

const OPTIONS = {
  name: { type: 'string' },
  scope: { type: 'string' },
  remove: { type: 'string' },
  force: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

export interface Choice {
  readonly product: Product
  readonly rooms: readonly Room[]
}

export interface Options {
  readonly name?: string | undefined
  readonly scope?: string | undefined
  readonly remove?: string | undefined
  readonly force: boolean
  readonly help: boolean
}

/** Reads the arguments, and prints the help if that is asked for. @throws {PersonalizeError} */
export function readOptions(args: string[]): Options {
  try {
    const { values } = parseArgs({ args: args.filter((arg) => arg !== '--'), options: OPTIONS })
    if (values.help) process.stdout.write(`${USAGE}\n`)
    return values
  } catch (error) {
    throw new PersonalizeError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
  }
}

/** What the arguments choose; without a name it asks, and asks again after a wrong answer. @throws {PersonalizeError} */
export async function choose({ name: given, scope, remove }: Options): Promise<Choice> {
  if (given !== undefined) return { product: productOf(given.trim(), scope), rooms: roomsOf(remove ?? '') }
  if (!process.stdin.isTTY) throw new PersonalizeError(`Expected --name.\n\n${USAGE}`)
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const name = await ask('Name of the product: ', (answer) => productOf(answer, scope).name)
    const suggested = suggestedScope(name)
    const product =
      scope === undefined
        ? await ask(`npm scope of its packages [${suggested}]: `, (answer) =>
            productOf(name, answer || suggested),
          )
        : productOf(name, scope)
    if (remove !== undefined) return { product, rooms: roomsOf(remove) }
    process.stdout.write(`\nWhat can be removed:\n`)
    for (const room of ROOMS) process.stdout.write(`  ${room.name.padEnd(8)} ${room.about}\n`)
    return { product, rooms: await ask('Remove, with commas between, or all [none]: ', roomsOf) }
  } finally {
    terminal.close()
  }

  async function ask<Answer>(question: string, parse: (answer: string) => Answer): Promise<Answer> {
    for (;;) {
      const answer = await terminal.question(question)
      try {
        return parse(answer.trim())
      } catch (error) {
        if (!(error instanceof PersonalizeError)) throw error
        process.stdout.write(`${error.message}\n`)
      }
    }
  }
}

function roomsOf(names: string): Room[] {
  if (names.trim() === 'all') return [...ROOMS]
  const wanted = names.split(/[\s,]+/).filter((name) => name !== '' && name !== 'none')
  const unknown = wanted.filter((name) => !ROOMS.some((room) => room.name === name))
  if (unknown.length > 0)
    throw new PersonalizeError(
      `There is no room "${unknown.join('", "')}". Expected: ${ROOMS.map(({ name }) => name).join(', ')}.`,
    )
  return ROOMS.filter(({ name }) => wanted.includes(name))
}
