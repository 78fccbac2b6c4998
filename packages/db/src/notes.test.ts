import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import {
  addNote,
  adoptOwner,
  deleteOwnerContent,
  guestOwner,
  listNotes,
  readNote,
  removeNote,
  searchNotes,
  type StoredNote,
  sweep,
  updateNote,
} from './index.ts'
import { onBothEngines } from './testing/on-both-engines.ts'

const QUOTA = 5

onBothEngines((db) => {
  const newOwner = () => `owner ${randomUUID()}`
  const noteOf = (owner: string, title: string, text = '') => ({ id: randomUUID(), owner, title, text })
  /** Adds a note, with a time of its own. */
  const add = async (owner: string, title: string, text?: string) => {
    const added = noteOf(owner, title, text)
    const stored = await addNote(db(), added, QUOTA)
    expect(stored).toMatchObject({ id: added.id, title })
    await db().execute(sql`select pg_sleep(0.002)`)
    return stored as StoredNote
  }
  const titles = async (owner: string) =>
    (await listNotes(db(), owner, { limit: 100 })).map(({ title }) => title)

  test('notes are listed in pages, the one that was changed last first', async () => {
    const owner = newOwner()
    const [one] = [
      await add(owner, 'one', 'x'.repeat(201)),
      await add(owner, 'two', 'y'.repeat(200)),
      await add(owner, 'three'),
    ]
    await add(newOwner(), 'another’s')
    const first = await listNotes(db(), owner, { limit: 2 })
    expect(first.map(({ title }) => title)).toEqual(['three', 'two'])
    expect(first[1]?.excerpt).toBe('y'.repeat(200))
    const rest = await listNotes(db(), owner, { after: first[1], limit: 2 })
    const { id, title, updatedAt } = one
    expect(rest).toEqual([{ id, title, updatedAt, excerpt: `${'x'.repeat(199)}…` }])
    await updateNote(db(), owner, { id, title: 'one again' })
    expect(await titles(owner)).toEqual(['one again', 'three', 'two'])
  })

  test('a search finds notes that have all of the words, in title or text, in any order', async () => {
    const owner = newOwner()
    await add(owner, 'Groceries', 'Milk, 100% rye bread')
    await add(owner, 'Milk the goats', 'before 7_00')
    await add(newOwner(), 'Milk of another')
    const search = async (words: string) =>
      (await searchNotes(db(), owner, { words, limit: 100 })).map(({ title }) => title)
    expect(await search('milk')).toEqual(['Milk the goats', 'Groceries'])
    expect(await search('bread  GROC')).toEqual(['Groceries'])
    expect(await search('0% milk')).toEqual(['Groceries'])
    expect(await search('7_0')).toEqual(['Milk the goats'])
    for (const words of ['milk butter', '%%%', '_ _ __', '\\', "'; drop table note; --"])
      expect(await search(words), words).toEqual([])
  })

  test('a note is read, changed and removed by its owner only', async () => {
    const owner = newOwner()
    const mine = await add(owner, 'mine', 'text')
    expect(await readNote(db(), owner, mine.id)).toEqual(mine)
    expect(await readNote(db(), 'eve', mine.id)).toBeUndefined()
    expect(await updateNote(db(), 'eve', { id: mine.id, title: 'hers' })).toBeUndefined()
    expect(await removeNote(db(), 'eve', mine.id)).toBeUndefined()
    expect(await updateNote(db(), owner, { id: randomUUID(), title: 'x' })).toBeUndefined()

    expect(await updateNote(db(), owner, { id: mine.id, text: '' })).toMatchObject({
      title: 'mine',
      text: '',
    })
    const changed = await updateNote(db(), owner, { id: mine.id, title: 'still mine' })
    expect(changed).toMatchObject({ title: 'still mine', text: '', createdAt: mine.createdAt })
    expect(changed?.updatedAt.getTime()).toBeGreaterThan(mine.updatedAt.getTime())
    expect(await removeNote(db(), owner, mine.id)).toEqual(changed)
    expect(await removeNote(db(), owner, mine.id)).toBeUndefined()
  })

  test('a note that is added twenty times at once under one id is added once', async () => {
    const owner = newOwner()
    const mine = noteOf(owner, 'mine')
    const added = await Promise.all(Array.from({ length: 20 }, () => addNote(db(), mine, QUOTA)))
    expect(new Set(added.map((one) => JSON.stringify(one))).size).toBe(1)
    expect(await titles(owner)).toEqual(['mine'])
    expect(await addNote(db(), { ...mine, title: 'other words' }, QUOTA)).toMatchObject({ title: 'mine' })
    expect(await addNote(db(), { ...mine, owner: 'eve' }, QUOTA)).toBe('taken')
  })

  test('of additions at once, so many are made as the quota allows, and a repeated one is still found', async () => {
    const owner = newOwner()
    const wanted = Array.from({ length: 20 }, (_, i) => noteOf(owner, `note ${i}`))
    const added = await Promise.all(wanted.map((one) => addNote(db(), one, QUOTA)))
    expect(added.filter((one) => one === 'full')).toHaveLength(15)
    const made = wanted.find((_, i) => added[i] !== 'full')
    expect(made && (await addNote(db(), made, QUOTA))).toMatchObject({ id: made?.id })
    expect(await titles(owner)).toHaveLength(QUOTA)
    await add(newOwner(), 'another’s')
  })

  test('notes change hands with their owner, and are deleted with the owner’s content', async () => {
    const [guest, ann] = [newOwner(), newOwner()]
    await add(guest, 'written as a guest')
    await adoptOwner(db(), { from: guest, to: ann })
    expect([await titles(guest), await titles(ann)]).toEqual([[], ['written as a guest']])
    await add(guest, 'kept')
    await deleteOwnerContent(db(), { owner: ann, end: '"stopped"' })
    expect([await titles(guest), await titles(ann)]).toEqual([['kept'], []])
  })

  test('a sweep deletes the notes of a guest who never came back, even one who only has notes', async () => {
    const guest = guestOwner(randomUUID())
    await add(guest, 'forgotten')
    await db().execute(sql`update guest set seen_at = now() - interval '91 days' where owner = ${guest}`)
    await sweep(
      db(),
      { logHours: 24, hiddenS: 600, unusedFileHours: 24, runDays: 35, guestDays: 90 },
      { end: '""' },
    )
    expect(await titles(guest)).toEqual([])
  })
})
