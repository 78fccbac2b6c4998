import { expect, test } from 'vitest'
import { acceptedBlocks, type AnswerBlock, AnswerBlocks } from './answer-blocks.ts'
import { messageEvents, text, thinking, toolUse } from './testing/message.ts'
import { parseWireEvent } from './wire-event.ts'

/** What is kept of a message with these stream events. */
function kept(events: readonly object[]): AnswerBlocks {
  const blocks = new AnswerBlocks()
  for (const each of events) {
    if (!('type' in each) || each.type === 'content_block_stop') continue
    const event = parseWireEvent(JSON.stringify(each))
    if (event.type === 'content_block_start') blocks.start(event)
    if (event.type === 'content_block_delta') blocks.append(event)
  }
  return blocks
}

test('blocks of all types are kept as they came, fields that we do not know included', () => {
  const blocks = [
    thinking('hm', 'signed'),
    { type: 'redacted_thinking', data: 'xyz' },
    { ...text('Locks have gates.'), citations: [{ type: 'char_location', cited_text: 'gates' }] },
    { ...toolUse('a', 'shop__search', { query: 'lock', deep: { n: 1 } }), caller: { type: 'direct' } },
    toolUse('b', 'shop__list'),
    { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'lock' } },
    { type: 'web_search_tool_result', tool_use_id: 's', content: [{ type: 'web_search_result' }] },
    { type: 'hologram', depth: 3, text: 'unseen' },
  ]
  expect(kept(messageEvents('end_turn', blocks)).all).toEqual(blocks)
})

test('a call has its input as Claude wrote it, or as it came with the beginning of the block', () => {
  const start = (index: number, input: unknown) => ({
    type: 'content_block_start',
    index,
    content_block: { type: 'tool_use', id: `call_${index}`, name: 'shop__add', input },
  })
  const json = (index: number, partial_json: string) => ({
    type: 'content_block_delta',
    index,
    delta: { type: 'input_json_delta', partial_json },
  })
  const blocks = kept([
    start(0, {}),
    json(0, '{"id": 12345678901'),
    json(0, '234567890}'),
    start(1, { whole: true }),
    start(2, {}),
  ])
  expect(blocks.calls.map(({ input }) => input)).toEqual([
    '{"id": 12345678901234567890}',
    '{"whole":true}',
    '{}',
  ])
  expect([0, 1, 2, 3].map((index) => blocks.unstreamedInput(index))).toEqual(['', '{"whole":true}', '{}', ''])
})

test.each(['{"text":"a', '[]', '7', 'null', '{"a":1}}'])('a call with the input %s is not kept', (input) => {
  const content_block = { type: 'tool_use', id: 'a', name: 'shop__add', input: {} }
  const blocks = kept([
    { type: 'content_block_start', index: 0, content_block },
    { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: input } },
  ])
  expect([blocks.all, blocks.calls]).toEqual([[], []])
})

test('neither a call without an id nor a block with a part that we do not know is kept', () => {
  const hologram = { type: 'hologram' }
  const blocks = kept([
    { type: 'content_block_start', index: 0, content_block: { type: 'tool_use', name: 'x', input: {} } },
    { type: 'content_block_start', index: 1, content_block: hologram },
    { type: 'content_block_delta', index: 1, delta: { type: 'hologram_delta', depth: 1 } },
  ])
  expect([blocks.all, blocks.calls]).toEqual([[], []])
})

test('text is kept without a part that we do not know', () => {
  const delta = (change: object) => ({ type: 'content_block_delta', index: 0, delta: change })
  const blocks = kept([
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    delta({ type: 'text_delta', text: 'Locks' }),
    delta({ type: 'hologram_delta', depth: 1 }),
    delta({ type: 'text_delta', text: ' have gates.' }),
  ])
  expect(blocks.all).toEqual([text('Locks have gates.')])
})

test('blank text and unsigned thinking are not sent back, everything else is', () => {
  const hologram = { type: 'hologram' } as unknown as AnswerBlock
  const sent = [text('a'), thinking('hm'), thinking('', 'omitted'), hologram, toolUse('a', 'x')]
  expect(acceptedBlocks([text(''), text(' \n'), thinking('hm', ''), ...sent])).toEqual(sent)
})
