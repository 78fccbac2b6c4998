import { manualClock } from '@sluice/runs/testing'
import { expect, test } from 'vitest'
import { collect } from './testing/collect.ts'
import { startTestServer } from './testing/start-test-server.ts'
import { until } from './testing/until.ts'

/** The samples of a Prometheus page by name and labels. */
async function scrape(url: string | undefined): Promise<Map<string, number>> {
  const lines = (await (await fetch(url ?? 'METRICS_PORT is not set')).text()).split('\n')
  const samples = lines.filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  )
}

test('metrics count runs, and gauges are back to zero when nothing runs', async () => {
  const clock = manualClock()
  await using server = await startTestServer(
    { METRICS_PORT: '0', FRAME_MS: '0', GRACE_MS: '5000' },
    { clock },
  )
  const client = await server.client()
  const live = await server.start(client, 'live [[sim tps=300 tokens=9999]]')
  const connection = await client.events({ runId: live })
  const seen = await collect(connection, { enough: ({ text }) => text.length > 200 })
  const during = await scrape(server.metricsUrl)
  expect(during.get('sluice_runs_live')).toBe(1)
  expect(during.get('sluice_readers')).toBe(1)
  expect(during.get('sluice_text_bytes_retained')).toBeGreaterThan(400)
  await client.call('runs.stop', { runId: live })
  await collect(connection, { after: seen.position })

  for (const [directive, times] of [
    ['tokens=20', 2],
    ['fault=eof@3', 1],
  ] as const) {
    for (let i = 0; i < times; i++) {
      const runId = await server.start(client, `${directive} ${i} [[sim ${directive}]]`)
      await collect(await client.events({ runId }))
    }
  }
  await until(() => server.runs.live + server.runs.readers === 0)
  await clock.advance(5000)
  const after = await scrape(server.metricsUrl)
  expect(after.get('sluice_runs_started_total')).toBe(4)
  expect(after.get('sluice_runs_ended_total{cause="stopped"}')).toBe(1)
  expect(after.get('sluice_runs_ended_total{cause="done"}')).toBe(2)
  expect(after.get('sluice_runs_ended_total{cause="upstream_interrupted"}')).toBe(1)
  expect(after.get('sluice_first_text_seconds_count')).toBe(4)
  expect(after.get('sluice_frame_gap_seconds_count')).toBeGreaterThan(2)
  expect(after.get('sluice_tokens_total{kind="output"}')).toBeGreaterThan(40)
  expect(after.get('sluice_cost_usd_total')).toBeGreaterThan(0)
  expect(after.get('nodejs_eventloop_lag_p99_seconds')).toBeDefined()
  for (const gauge of ['runs_live', 'runs_retained', 'runs_paused', 'readers', 'text_bytes_retained']) {
    expect(after.get(`sluice_${gauge}`), gauge).toBe(0)
  }
})

test('a run that waits for its reader counts as paused', async () => {
  await using server = await startTestServer({ METRICS_PORT: '0', WINDOW_CHARS: '300' })
  const client = await server.client()
  const runId = await server.start(client, 'pause [[sim tokens=20000 thinking=0]]')
  const readerId = '11111111-1111-4111-8111-111111111111'
  const connection = await client.events({ runId, readerId })
  await collect(connection, { enough: ({ position }) => position >= 300 })
  // At the latest when the pump's frame is over.
  await until(async () => (await scrape(server.metricsUrl)).get('sluice_runs_paused') === 1)
  expect((await scrape(server.metricsUrl)).get('sluice_runs_live')).toBe(1)
  connection.destroy()
})

test('the public port serves no metrics, and without METRICS_PORT there are none', async () => {
  await using open = await startTestServer({ METRICS_PORT: '0' })
  expect((await fetch(`${open.url}/metrics`)).status).toBe(404)
  await using closed = await startTestServer()
  expect(closed.metricsUrl).toBeUndefined()
})

test('the log has the start and the end of every run, with its duration and cost', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const runId = await server.start(client, 'logged [[sim tps=200 tokens=50]]')
  await collect(await client.events({ runId }))
  expect(server.logs.filter((line) => line['runId'] === runId)).toMatchObject([
    { msg: 'run started', model: 'claude-opus-4-8' },
    {
      msg: 'run ended',
      end: 'end_turn',
      subscriptions: 1,
      outputTokens: expect.any(Number),
      costUsd: expect.any(Number),
      ms: expect.any(Number),
      firstTextMs: expect.any(Number),
    },
  ])
})
