import type Anthropic from '@anthropic-ai/sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Simulator, startSimulator } from './index.ts'
import { runLoop, textOf, toolsNamed } from './testing/tool-loop-client.ts'

let sim: Simulator
beforeAll(async () => {
  sim = await startSimulator({ defaults: { tps: 0, ttft: 0 } })
})
afterAll(() => sim.close())

const NOTES = toolsNamed('notes')
const ID = '6e0c1f4e-7d8a-4c7b-9a53-3f2f1c9d1b10'
const FOUND = JSON.stringify({ notes: [{ id: ID, title: 'Locks' }, { id: 'another' }] })

/** The calls of a loop, as `name: input`. */
async function callsFor(prompt: string, tools: Anthropic.Tool[] = NOTES): Promise<[string, unknown][]> {
  const { calls } = await runLoop({
    url: sim.url,
    prompt,
    params: { tools },
    execute: () => FOUND,
  })
  return calls.map(({ name, input }) => [name, input])
}

const search = (words: string): [string, unknown] => ['notes__search', { words }]

test.each<[string, [string, unknown][]]>([
  [
    'Add a note: the lock has two gates.',
    [['notes__add', { title: 'the lock has two gates', text: 'the lock has two gates' }]],
  ],
  ['Please add a note that Locks: two gates', [['notes__add', { title: 'Locks', text: 'two gates' }]]],
  [
    'Note that the lock in the old town is closed',
    [['notes__add', { title: 'the lock in the old town', text: 'the lock in the old town is closed' }]],
  ],
  ['Find my notes about canal locks', [search('canal locks')]],
  ['Can you search my notes for “locks”?', [search('locks')]],
  ['Show my notes about locks.', [search('locks')]],
  ['Add a note to buy milk', [['notes__add', { title: 'buy milk', text: 'buy milk' }]]],
  ['List my notes', [['notes__list', {}]]],
  ['What notes do I have?', [['notes__list', {}]]],
  ['Show me all my notes!', [['notes__list', {}]]],
  [
    'Change the note about locks to three gates',
    [search('locks'), ['notes__update', { id: ID, text: 'three gates' }]],
  ],
  ['Update my note "Locks" to: closed', [search('Locks'), ['notes__update', { id: ID, text: 'closed' }]]],
  ['Delete the note about locks.', [search('locks'), ['notes__remove', { id: ID }]]],
  ['What is a note in music?', []],
  ['Show me how locks work', []],
])('%s', async (prompt, expected) => {
  expect(await callsFor(prompt)).toEqual(expected)
})

test('a tool that is not offered is not called', async () => {
  expect(await callsFor('Add a note: two gates', NOTES.slice(0, 2))).toEqual([])
  expect(await callsFor('Delete the note about locks', NOTES.slice(0, 2))).toEqual([search('locks')])
})

test('the fields of a note are found by their names, and others that are required are filled', async () => {
  const properties = {
    heading: { type: 'string' },
    body: { type: 'string' },
    colour: { enum: ['red', 'blue'] },
    pinned: { type: 'boolean' },
  }
  const add = {
    name: 'notes__add',
    input_schema: { type: 'object' as const, properties, required: ['body', 'colour'] },
  }
  expect(await callsFor('Add a note: Locks: two gates', [add])).toEqual([
    ['notes__add', { heading: 'Locks', body: 'two gates', colour: expect.stringMatching(/^(?:red|blue)$/) }],
  ])
})

test('where the search finds nothing, nothing is changed, and the answer says what came back', async () => {
  const { calls, answers } = await runLoop({
    url: sim.url,
    prompt: 'Delete the note about locks',
    params: { tools: NOTES },
    execute: () => '{"notes":[]}',
  })
  expect(calls.map(({ name }) => name)).toEqual(['notes__search'])
  expect(textOf(answers[1]!)).toBe('Found nothing.')
})
