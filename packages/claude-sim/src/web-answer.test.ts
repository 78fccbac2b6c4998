import type Anthropic from '@anthropic-ai/sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Simulator, startSimulator } from './index.ts'
import { ask, eventsOf } from './testing/test-client.ts'
import { runLoop } from './testing/tool-loop-client.ts'

const WEB: Anthropic.ToolUnion[] = [
  { type: 'web_search_20250305', name: 'web_search', max_uses: 2 },
  { type: 'web_fetch_20250910', name: 'web_fetch', max_uses: 2 },
]

let sim: Simulator
beforeAll(async () => {
  sim = await startSimulator({ defaults: { tps: 0, ttft: 0 } })
})
afterAll(() => sim.close())

async function answerTo(prompt: string, tools = WEB): Promise<Anthropic.Message> {
  const { answers } = await runLoop({ url: sim.url, prompt, params: { tools } })
  return answers[0] as Anthropic.Message
}

const typesOf = ({ content }: Anthropic.Message) => content.map(({ type }) => type)
const inputsOf = ({ content }: Anthropic.Message) =>
  content.flatMap((block) => (block.type === 'server_tool_use' ? [block.input] : []))
const textOf = ({ content }: Anthropic.Message) =>
  content.map((block) => (block.type === 'text' ? block.text : '')).join('')

test('a search is a call, its result and an answer in pieces of which some cite a page', async () => {
  const answer = await answerTo('Locks? [[sim search=1]]')
  expect(typesOf(answer).slice(0, 3)).toEqual(['server_tool_use', 'web_search_tool_result', 'text'])
  expect(inputsOf(answer)).toEqual([{ query: 'Locks' }])
  expect(textOf(answer)).toMatch(/^I found that .+, that .+, and that .+\.$/)
  const cited = answer.content.flatMap((block) =>
    block.type === 'text' ? [block.citations?.length ?? 0] : [],
  )
  expect(cited).toEqual([0, 1, 0, 2, 0, 2, 0])
  expect(answer.usage.server_tool_use).toEqual({ web_search_requests: 1, web_fetch_requests: 0 })
})

test('the events of a cited text are the API’s: its citations after its pieces', async () => {
  const prompt = 'Locks? [[sim search=1]]'
  const events = eventsOf(await (await ask(sim.url, { prompt, extra: { tools: WEB } })).text())
  const cited = events.filter(({ data }) => data['index'] === 3)
  expect(cited[0]?.data).toMatchObject({ content_block: { type: 'text', text: '', citations: [] } })
  expect(cited.at(-2)?.data).toMatchObject({
    delta: {
      type: 'citations_delta',
      citation: {
        type: 'web_search_result_location',
        url: expect.stringMatching(/^https:/),
        encrypted_index: expect.any(String),
      },
    },
  })
})

test.each([
  ['Please search the web for canal locks.', ['web_search_tool_result'], [{ query: 'canal locks' }]],
  ['What’s new about weirs?', ['web_search_tool_result'], [{ query: 'weirs' }]],
  ['Summarise https://a.example/x for me', ['web_fetch_tool_result'], [{ url: 'https://a.example/x' }]],
  ['What is a web?', [], []],
])('%s', async (prompt, results, inputs) => {
  const answer = await answerTo(prompt)
  expect(typesOf(answer).filter((type) => type.endsWith('result'))).toEqual(results)
  expect(inputsOf(answer)).toEqual(inputs)
  // Not without the tool.
  expect(inputsOf(await answerTo(prompt, []))).toEqual([])
})

test('uses beyond the most that the request allows are errors, are not paid for, and others as asked', async () => {
  const answer = await answerTo('Locks? [[sim search=3 fetch=1 tokens=50]]')
  expect(answer.content).toMatchObject([
    {},
    { content: [{}, {}, {}] },
    {},
    { content: [{}, {}, {}] },
    {},
    { content: { type: 'web_search_tool_result_error', error_code: 'max_uses_exceeded' } },
    {},
    { content: { type: 'web_fetch_result', content: { type: 'document' } } },
    ...Array.from({ length: answer.content.length - 8 }, () => ({ type: 'text' })),
  ])
  expect(answer.usage.server_tool_use).toEqual({ web_search_requests: 2, web_fetch_requests: 1 })
  const failed = await answerTo('Locks? [[sim search=1 tool-error=unavailable]]')
  expect(failed.content[1]).toMatchObject({ content: { error_code: 'unavailable' } })
  expect([textOf(failed), failed.usage.server_tool_use]).toEqual(['I could not look that up.', null])
})

test('the first page is as the settings say, whatever that is', async () => {
  const answer = await answerTo("Locks? [[sim search=1 source='javascript:alert(1)' title='](x) <b>']]")
  expect(answer.content[1]).toMatchObject({
    content: [{ url: 'javascript:alert(1)', title: '](x) <b>' }, {}, {}],
  })
})

test('results and citations come back as they were, or are refused', async () => {
  const prompt = 'Locks? [[sim search=1]]'
  const { content } = await answerTo(prompt)
  const statusOf = async (change: (json: string) => string) => {
    const messages = [
      { role: 'user', content: prompt },
      { role: 'assistant', content: JSON.parse(change(JSON.stringify(content))) as unknown },
      { role: 'user', content: 'And weirs?' },
    ]
    const response = await ask(sim.url, { messages, extra: { tools: WEB } })
    return response.status === 200 ? 'accepted' : response.text()
  }
  expect(await statusOf((json) => json)).toBe('accepted')
  expect(await statusOf((json) => json.replace('How a lock works', 'X'))).toContain('encrypted_content')
  expect(await statusOf((json) => json.replace('"cited_text":"', '"cited_text":"x'))).toContain(
    'encrypted_index',
  )
  expect(await statusOf((json) => json.replace('"id":"srvtoolu', '"id":"other'))).toContain('tool_use_id')
})

test('a compaction is an iteration beside the answer’s own; a fallback is the model of the message', async () => {
  const eventsFor = async (prompt: string) => eventsOf(await (await ask(sim.url, { prompt })).text())
  const events = await eventsFor('Locks? [[sim compaction=1 fallback=claude-sonnet-5-5 tokens=5]]')
  expect(events[0]?.data).toMatchObject({ message: { model: 'claude-sonnet-5-5' } })
  expect(events.at(-2)?.data).toMatchObject({
    usage: { iterations: [{ type: 'compaction' }, { type: 'message', output_tokens: 5 }] },
  })
  const plain = await eventsFor('Locks? [[sim tokens=5]]')
  expect(JSON.stringify(plain)).not.toContain('iterations')
})
