import { startSimulator } from '@sluice/claude-sim'

export interface RecordedStream {
  readonly wire: Buffer
  readonly text: string
  readonly thinking: string
}

/** Records the bytes of an answer, with thinking, text and pings. */
export async function recordStream(directive: string): Promise<RecordedStream> {
  const simulator = await startSimulator({ defaults: { tps: 0, ttft: 0 } })
  try {
    const response = await fetch(`${simulator.url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': 'any' },
      body: JSON.stringify({
        model: 'claude-opus-4-8',
        max_tokens: 1000,
        stream: true,
        thinking: { type: 'adaptive', display: 'summarized' },
        messages: [{ role: 'user', content: `record me [[sim ${directive}]]` }],
      }),
    })
    const wire = Buffer.from(await response.arrayBuffer())
    const [record] = simulator.stats().requests
    if (!response.ok || !record) throw new Error(`no recording: ${response.status} ${wire.toString()}`)
    return { wire, text: record.text, thinking: record.thinking }
  } finally {
    await simulator.close()
  }
}
