import type { Simulator } from '@sluice/claude-sim'
import { expect } from 'vitest'
import type { Tab } from './tab.ts'

/**
 * Ask, watch it grow, follow the end, reload and resume, Stop, ask again: in any browser, at the page of a new visitor.
 * The first answer takes 100 s, so that a slow machine does not see its end.
 */
export async function walkMainPath(tab: Tab, simulator: Simulator): Promise<void> {
  await tab.ask('Tell me about lock gates [[sim tps=200 tokens=20000 thinking=0]]')
  const early = await tab.waitFor(lengthOver, 20)
  await tab.waitFor(lengthOver, early + 50)

  // Longer than the page by now: the view has to follow, with the end in sight.
  const shown = await tab.waitFor(lengthOver, 3000)
  const { scrolled, below } = await tab.waitFor(viewOfAnswer, 0)
  expect(scrolled).toBeGreaterThan(0)
  expect(below).toBeLessThanOrEqual(40)

  await tab.reload()
  await tab.waitFor(lengthOver, shown + 500)
  expect(simulator.stats()).toMatchObject({ messages: 1, open: 1 })

  await tab.click('Stop')
  await tab.waitFor(answersAreDone, 1)
  const [stopped] = (await simulator.waitFor(({ open }) => open === 0)).requests
  expect(stopped?.outcome).toBe('aborted')
  const said = await copied(tab)
  expect(said.length).toBeGreaterThan(shown)
  expect(stopped?.text.startsWith(said)).toBe(true)

  await tab.ask('And what are they made of? [[sim tokens=200 thinking=0 text=emoji]]')
  await tab.waitFor(answersAreDone, 2)
  const { requests } = simulator.stats()
  expect(requests.map(({ outcome }) => outcome)).toEqual(['aborted', 'completed'])
  expect(await copied(tab)).toBe(requests[1]?.text)
}

/** The markdown of the last answer, from its Copy button: the rendered text differs from it. */
async function copied(tab: Tab): Promise<string> {
  await tab.waitFor(catchCopies, 0)
  await tab.click('Copy answer')
  return JSON.parse(await tab.waitFor(caughtCopy, 0)) as string
}

function lengthOver(least: number) {
  const { length } = [...document.querySelectorAll('[data-testid=answer-text]')].at(-1)?.textContent ?? ''
  return length > least && length
}

function answersAreDone(count: number) {
  return document.querySelectorAll('[data-testid=answer][data-status=done]').length === count
}

/** Of what scrolls the answer: the pixels above what is in sight, and those below it. */
function viewOfAnswer() {
  let view = document.querySelector('[data-testid=answer]')
  while (view && !/auto|scroll/.test(getComputedStyle(view).overflowY)) view = view.parentElement
  return view && { scrolled: view.scrollTop, below: view.scrollHeight - view.scrollTop - view.clientHeight }
}

function catchCopies() {
  delete document.documentElement.dataset['copied']
  const writeText = async (text: string) => {
    document.documentElement.dataset['copied'] = JSON.stringify(text)
  }
  Object.defineProperty(navigator, 'clipboard', { configurable: true, value: { writeText } })
  return true
}

function caughtCopy() {
  return document.documentElement.dataset['copied']
}
