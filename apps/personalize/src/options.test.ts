import { expect, test } from 'vitest'
import { choose, readOptions } from './options.ts'
import { ROOMS } from './rooms.ts'

const chosen = (...args: string[]) => choose(readOptions(args))

test('the arguments choose a name, a scope and rooms, in any order', async () => {
  const { product, rooms } = await chosen('--', '--remove', 'bench, lab', '--name', ' Acme Chat ')
  expect([product.name, product.scope]).toEqual(['Acme Chat', 'acme-chat'])
  expect(rooms.map(({ name }) => name)).toEqual(['lab', 'bench'])
  expect((await chosen('--name=Acme', '--remove=all')).rooms).toEqual(ROOMS)
  expect((await chosen('--name=Acme', '--scope=@x')).product.scope).toBe('x')
  expect((await chosen('--name=Acme')).rooms).toEqual([])
})

test.each([
  [['--name=Acme', '--remove=cellar'], 'There is no room "cellar". Expected: notes, accounts, lab, '],
  [['--name=7'], 'The name "7" does not fit'],
  [['--name=Acme', '--scope=A B'], 'The scope "A B" is not'],
  [['--nam=Acme'], /^Unknown option '--nam'[^]*pnpm personalize --name/],
  [['Acme'], /^Unexpected argument 'Acme'[^]*pnpm personalize --name/],
])('%j is refused with what is expected', async (args, message) => {
  await expect(async () => chosen(...args)).rejects.toThrow(message)
})
