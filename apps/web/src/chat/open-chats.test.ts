import { TRPCClientError } from '@trpc/client'
import { expect, test } from 'vitest'
import { createFakeServer, createManualClock, DONE } from '@sluice/client/testing'
import { createChat } from './chat.ts'
import { createOpenChats } from './open-chats.ts'
import { fakeApi } from './testing/fake-api.ts'

const ID = '0198c0de-0000-4000-8000-00000000000a'
const OTHER_ID = '0198c0de-0000-4000-8000-00000000000b'

function setup() {
  const clock = createManualClock()
  const server = createFakeServer()
  const api = fakeApi({ runs: server.runs })
  const openChats = createOpenChats((id) => createChat({ api, id, clock }))
  const shown = () => openChats.getState().chat
  const background = () => openChats.getState().background.map(({ id }) => id)
  const ask = async () => {
    await shown().send('Why?')
    shown().getState().turns.at(-1)?.run.connect()
    server.connected()
  }
  return { openChats, clock, server, shown, background, ask }
}

test('a new chat stays the same until something is asked in it', async () => {
  const { openChats, shown, ask } = setup()
  const { id } = shown()
  openChats.create()
  expect(shown().id).toBe(id)
  await ask()
  openChats.create()
  expect(shown().id).not.toBe(id)
})

test('what was asked and not accepted is given back when another chat is shown, also once a start fails there', async () => {
  const clock = createManualClock()
  const unsent: string[] = []
  let fail = (_error: Error) => {}
  const api = fakeApi({ start: () => new Promise((_resolve, reject) => (fail = reject)) })
  const onUnsent = ({ prompt }: { prompt: string }) => unsent.push(prompt)
  const openChats = createOpenChats((id) => createChat({ api, id, clock, onUnsent }))
  const stopped = openChats.getState().chat
  void stopped.send('Stopped?')
  stopped.stop()
  await clock.advance(0)
  openChats.create()
  expect(unsent).toEqual(['Stopped?'])
  const left = openChats.getState().chat
  void left.send('Left?')
  openChats.open(ID)
  await clock.advance(0)
  expect(unsent).toEqual(['Stopped?'])
  left.stop()
  fail(new TRPCClientError('fetch failed'))
  await clock.advance(60_000)
  expect(unsent).toEqual(['Stopped?', 'Left?'])
  expect(openChats.getState().background).toEqual([])
})

test('a conversation is opened, and is not a new chat, although nothing of it is read yet', () => {
  const { openChats, shown } = setup()
  openChats.open(ID)
  expect([shown().id, shown().getState().exists]).toEqual([ID, true])
  openChats.create()
  expect(shown().id).not.toBe(ID)
})

test('what is left while it is written stays open until its end; the same chat is there on return', async () => {
  const { openChats, clock, server, shown, background, ask } = setup()
  openChats.open(ID)
  await ask()
  const left = shown()
  openChats.open(OTHER_ID)
  expect(background()).toEqual([ID])
  openChats.open(ID)
  expect(shown()).toBe(left)
  expect(background()).toEqual([])
  openChats.open(OTHER_ID)
  server.send(DONE)
  await clock.advance(16)
  expect(background()).toEqual([])
})
