import { EMPTY_RUN_VIEW } from '@sluice/events'
import { expect, test } from 'vitest'
import { createFakeServer, createManualClock, DONE } from '@sluice/client/testing'
import { createChat } from './chat.ts'
import { createConversationStore } from './conversation-store.ts'
import { createLibrary } from './library.ts'
import { createTabs, type Tabs } from './testing/tabs.ts'

const ID = '0198c0de-0000-4000-8000-00000000000a'
const OTHER_ID = '0198c0de-0000-4000-8000-00000000000b'

// Of what is saved twice in a millisecond, neither is the newest.
let time = 0
const now = () => (time += 1)

function openTab(tabs: Tabs, startWith?: string) {
  const clock = createManualClock()
  const server = createFakeServer()
  const starts: string[] = []
  const { storage, page } = tabs.open()
  const library = createLibrary({
    store: createConversationStore(() => storage, page),
    createChat: (kept) =>
      createChat({
        api: {
          epoch: async () => 'epoch',
          start: async ({ runId }) => void starts.push(runId),
          runs: server.runs,
        },
        storage: kept,
        clock,
      }),
    startWith,
    now,
  })
  library.attach()
  const turns = () => library.getSnapshot().chat.getSnapshot().turns
  const follow = () => {
    turns().at(-1)?.run.connect()
    server.setPosition(0)
    server.connected()
  }
  const ask = async (prompt: string) => {
    await library.getSnapshot().chat.send(prompt)
    follow()
  }
  const answer = async (prompt: string, text: string) => {
    await ask(prompt)
    server.text(text)
    server.send(DONE)
    await clock.advance(16)
  }
  return { library, clock, server, starts, stops: server.stops, turns, follow, ask, answer }
}

test('a conversation without a word is not kept, one with a question is', async () => {
  const tabs = createTabs()
  const { library, answer } = openTab(tabs)
  library.create()
  library.create()
  expect(tabs.keys()).toEqual([])
  await answer('Why?', 'So.')
  expect(library.getSnapshot().conversations.map(({ title }) => title)).toEqual(['Why?'])
  expect(tabs.keys()).toHaveLength(1)
})

test('a tab that is opened later shows the newest conversation, or the one it was asked for', async () => {
  const tabs = createTabs()
  const first = openTab(tabs, ID)
  await first.answer('One?', '1')
  first.library.open(OTHER_ID)
  await first.answer('Two?', '2')
  expect(openTab(tabs).library.getSnapshot().id).toBe(OTHER_ID)
  const asked = openTab(tabs, ID)
  expect(asked.turns().map(({ prompt, run }) => [prompt, run.getSnapshot().view.text])).toEqual([
    ['One?', '1'],
  ])
  expect(asked.library.getSnapshot().conversations).toHaveLength(2)
})

test('a second tab hears of a question, follows its run, and starts none', async () => {
  const tabs = createTabs()
  const first = openTab(tabs, ID)
  const second = openTab(tabs, ID)
  await first.ask('Why?')
  expect(second.turns().map(({ prompt, started }) => [prompt, started])).toEqual([['Why?', true]])
  expect(second.turns()[0]?.runId).toBe(first.turns()[0]?.runId)
  expect(second.starts).toEqual([])
  second.follow()
  second.server.text('So.')
  second.server.send(DONE)
  await second.clock.advance(16)
  expect(second.library.getSnapshot().chat.getSnapshot().busy).toBe(false)
})

test('a tab that slept does not undo what another one has saved since', async () => {
  const tabs = createTabs()
  const first = openTab(tabs, ID)
  await first.answer('One?', '1')
  const second = openTab(tabs, ID)
  tabs.setDeaf(true)
  await first.answer('Two?', '2')
  second.library.getSnapshot().chat.save()
  expect(second.turns().map(({ prompt }) => prompt)).toEqual(['One?', 'Two?'])
  expect(openTab(tabs, ID).turns()).toHaveLength(2)
})

test('a tab that saw less of an answer does not cut what another one has saved of it', async () => {
  const tabs = createTabs()
  const first = openTab(tabs, ID)
  await first.ask('Why?')
  const second = openTab(tabs, ID)
  first.server.text('So.')
  first.server.send(DONE)
  await first.clock.advance(16)
  second.library.getSnapshot().chat.save()
  expect(openTab(tabs, ID).turns()[0]?.run.getSnapshot().view).toMatchObject({ status: 'done', text: 'So.' })
})

test('asked in two tabs at once, neither question is lost: one goes on as a conversation of its own', async () => {
  const tabs = createTabs()
  const first = openTab(tabs, ID)
  const second = openTab(tabs, ID)
  tabs.setDeaf(true)
  await first.ask('Mine?')
  await second.ask('Yours?')
  expect(first.library.getSnapshot().id).toBe(ID)
  expect(second.library.getSnapshot().id).not.toBe(ID)
  expect([...first.turns(), ...second.turns()].map(({ prompt }) => prompt)).toEqual(['Mine?', 'Yours?'])
  const titles = openTab(tabs)
    .library.getSnapshot()
    .conversations.map(({ title }) => title)
  expect(titles.toSorted()).toEqual(['Mine?', 'Yours?'])
})

test('switching away goes on reading what is being written; its end is kept', async () => {
  const tabs = createTabs()
  const { library, clock, server, ask } = openTab(tabs, ID)
  await ask('Why?')
  library.create()
  expect(library.getSnapshot().background.map(({ id }) => id)).toEqual([ID])
  server.text('So.')
  server.send(DONE)
  await clock.advance(16)
  expect(library.getSnapshot().background).toEqual([])
  expect(openTab(tabs, ID).turns()[0]?.run.getSnapshot().view.text).toBe('So.')
})

test('a deleted conversation is stopped, and gone in every tab', async () => {
  const tabs = createTabs()
  const first = openTab(tabs, ID)
  const second = openTab(tabs, ID)
  await first.ask('Why?')
  first.library.remove(ID)
  expect(first.stops).toHaveLength(1)
  expect(tabs.keys()).toEqual([])
  expect(second.library.getSnapshot()).toMatchObject({ conversations: [], deletedElsewhere: true })
  expect(second.turns()).toEqual([])
})

test('what cannot be read is set aside, and the rest is there', async () => {
  const tabs = createTabs()
  await openTab(tabs, ID).answer('Why?', 'So.')
  const record = (id: string, rest: object) =>
    JSON.stringify({ version: 1, id, revision: 1, updatedAt: 1, turns: [], ...rest })
  const turn = { runId: OTHER_ID, prompt: 'x', view: EMPTY_RUN_VIEW }
  for (const [key, text] of Object.entries({
    a: '{"half":',
    b: record('b', {}),
    [OTHER_ID]: record(OTHER_ID, { turns: [{ ...turn, view: { ...EMPTY_RUN_VIEW, status: 'napping' } }] }),
    d: record(ID, {}),
  }))
    tabs.put(`sluice.conversation.${key}`, text)
  tabs.put('sluice.conversation.e', JSON.stringify({ version: 9, from: 'the future' }))
  const { library } = openTab(tabs)
  expect(library.getSnapshot()).toMatchObject({ setAside: 4, newer: 1, conversations: [{ title: 'Why?' }] })
  expect(library.readSetAside()).toMatchObject({ a: '{"half":' })
  library.dropSetAside()
  expect(openTab(tabs).library.getSnapshot()).toMatchObject({ setAside: 0, newer: 1 })
})

test('a full storage is told, and the conversation goes on', async () => {
  const tabs = createTabs()
  const { library, answer, turns } = openTab(tabs)
  tabs.setFull(true)
  await answer('Why?', 'So.')
  expect(library.getSnapshot().unsaved).toBe(true)
  expect(turns()).toHaveLength(1)
  tabs.setFull(false)
  library.getSnapshot().chat.save()
  expect(library.getSnapshot().unsaved).toBe(false)
})
