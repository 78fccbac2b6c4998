import { newId } from '@sluice/client'
import type { AppRouter } from '@sluice/server'
import { startTestServer, testTools } from '@sluice/server/testing'
import { createTRPCClient } from '@trpc/client'
import { expect, onTestFinished, test, vi } from 'vitest'
import { becomeBrowser, newSession } from '../page-client/become-browser.ts'
import { createTabClock } from '../page-client/tab-clock.ts'
import { startFaultProxy } from '../fault-proxy/fault-proxy.ts'
import { createLinks, createRunStore, isOver } from './previous-client.min.js'

const WINDOW_CHARS = 2048

test('a page that does not know tools follows a run with tools: all text once, one end, and its acks', async () => {
  const { router, tools } = testTools(async () => {})
  await using server = await startTestServer({ WINDOW_CHARS: String(WINDOW_CHARS) }, { router, tools })
  const proxy = await startFaultProxy(server.url, () => ({ kind: 'pass' }))
  onTestFinished(() => proxy.close())
  becomeBrowser(proxy.url, await newSession(server.url))
  onTestFinished(() => void vi.unstubAllGlobals())

  const clock = createTabClock()
  const { runs, chat } = createTRPCClient<AppRouter>({ links: createLinks({ url: '/trpc' }) })
  const acks: { position: number; shown: number }[] = []
  const runId = newId()
  const run = createRunStore({
    runId,
    runs: {
      events: runs.events,
      stop: runs.stop,
      ack: {
        mutate(input) {
          acks.push({ position: input.position, shown: run.getSnapshot().view.position })
          return runs.ack.mutate(input)
        },
      },
    },
    clock,
  })
  const ends = new Set<string>()
  let cutAt = 1000
  const over = new Promise<void>((resolve) => {
    run.subscribe(() => {
      const now = run.getSnapshot()
      run.rendered(now.view.position)
      if (isOver(now)) {
        ends.add(JSON.stringify(now.view))
        resolve()
      } else if (now.view.position > cutAt) {
        cutAt += 2500
        proxy.cut()
      }
    })
  })

  const input = JSON.stringify([{ text: 'gräben 😀 '.repeat(100) }, { text: 'zwei', fails: true }])
  const content = `Go on [[sim tool=work.look+work.add calls=2 rounds=3 input='${input}' tokens=2000 tps=800]]`
  await chat.send.mutate({ conversationId: newId(), runId, parentId: null, content })
  run.connect()
  await over
  run.close()
  clock.stop()

  const { requests } = server.simulator.stats()
  expect(requests.map(({ round, toolCalls }) => [round, toolCalls.length])).toEqual([
    [0, 2],
    [1, 2],
    [2, 2],
    [3, 0],
  ])
  const { view, failure, gaps, reconnects } = run.getSnapshot()
  expect([failure, gaps, ends.size]).toEqual([undefined, 0, 1])
  expect(reconnects).toBeGreaterThanOrEqual(3)
  expect([view.status, view.stopReason]).toEqual(['done', 'end_turn'])
  expect(view.text).toBe(requests.map(({ text }) => text).join(''))
  expect(view.thinking).toBe(requests.map(({ thinking }) => thinking).join(''))
  // Without acks it would have ended after one window, and with wrong ones the server would have read further.
  expect(view.position).toBeGreaterThan(4 * WINDOW_CHARS)
  expect(Math.max(...acks.map(({ position }) => position))).toBeGreaterThan(view.position - 2 * WINDOW_CHARS)
  expect(acks.filter(({ position, shown }) => position > shown)).toEqual([])
})
