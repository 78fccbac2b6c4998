import { expect, test } from 'vitest'
import { question } from './testing/question.ts'
import { startTestServer } from './testing/start-test-server.ts'

const start = (model?: string) => question(model === undefined ? {} : { model })

test('models.list has the allowed models, with prices where they are known', async () => {
  await using server = await startTestServer({
    MODELS: 'claude-haiku-5-5,claude-mine',
    CLAUDE_MODEL: 'claude-mine',
  })
  const client = await server.client()
  const { body } = await client.query('models.list')
  expect(body.result.data.models).toEqual([
    expect.objectContaining({ id: 'claude-haiku-5-5', name: 'Claude Haiku 5.5', maxOutputTokens: 128_000 }),
    { id: 'claude-mine', name: 'claude-mine' },
  ])
  for (const model of [undefined, 'claude-haiku-5-5', 'claude-mine'])
    expect((await client.call('chat.send', start(model))).status).toBe(200)
  const refused = await client.call('chat.send', start('claude-opus-4-8'))
  expect([refused.status, refused.body.error.data.code]).toEqual([400, 'BAD_REQUEST'])
  expect(refused.body.error.message).toMatch(/expected one of claude-haiku-5-5, claude-mine\.$/)
})
