/** The rows of the table, in their order. */
export const METRICS = {
  pacedCpu: { title: 'CPU per token, 50 streams × 80 tokens/s', unit: 'µs', digits: 1 },
  fastCpu: { title: 'CPU per token, unthrottled, 16K-token answers', unit: 'µs', digits: 2 },
  wireBytes: { title: 'Wire bytes per token, 80 tokens/s', unit: 'B', digits: 1 },
  delayP50: { title: 'Added latency p50, 100 streams × 50 tokens/s', unit: 'ms', digits: 1 },
  delayP99: { title: 'Added latency p99, 100 streams × 50 tokens/s', unit: 'ms', digits: 1 },
  firstP50: { title: 'Request to first token, p50', unit: 'ms', digits: 1 },
  firstP99: { title: 'Request to first token, p99', unit: 'ms', digits: 1 },
  idleHeap: { title: 'Memory per open stream, 500 idle, heap', unit: 'KB', digits: 1 },
  stalledRead: { title: 'Stalled client, 5 s: read from upstream', unit: 'KB', digits: 0 },
  stalledSent: { title: 'Stalled client, 5 s: sent by upstream', unit: 'KB', digits: 0 },
  stalledHeap: { title: 'Stalled client, 5 s: server heap', unit: 'KB', digits: 0 },
  vanishedTokens: { title: 'Vanished client: tokens sent by upstream', unit: '', digits: 0 },
  vanishedRead: { title: 'Vanished client: tokens read from upstream', unit: '', digits: 0 },
  vanishedSeconds: { title: 'Vanished client: upstream closed after', unit: 's', digits: 1 },
  disconnectMs: { title: 'Disconnect: upstream closed after', unit: 'ms', digits: 0 },
  disconnectTokens: { title: 'Disconnect: tokens sent meanwhile', unit: '', digits: 0 },
  stopMs: { title: 'Stop: upstream closed after', unit: 'ms', digits: 1 },
  cpu1k: { title: 'CPU per token, unthrottled, 1K-token answers', unit: 'µs', digits: 2 },
  cpu64k: { title: 'CPU per token, unthrottled, 64K-token answers', unit: 'µs', digits: 2 },
  heap1k: { title: 'Memory per open 1K-token answer, heap', unit: 'KB', digits: 0 },
  heap16k: { title: 'Memory per open 16K-token answer, heap', unit: 'KB', digits: 0 },
  heap64k: { title: 'Memory per open 64K-token answer, heap', unit: 'KB', digits: 0 },
  cpu10: { title: 'CPU per token, 10 streams × 50 tokens/s', unit: 'µs', digits: 1 },
  cpu100: { title: 'CPU per token, 100 streams × 50 tokens/s', unit: 'µs', digits: 1 },
  cpu1000: { title: 'CPU per token, 1,000 streams × 50 tokens/s', unit: 'µs', digits: 1 },
  rss10: { title: 'Memory of the process, 10 streams, RSS', unit: 'MB', digits: 0 },
  rss100: { title: 'Memory of the process, 100 streams, RSS', unit: 'MB', digits: 0 },
  rss1000: { title: 'Memory of the process, 1,000 streams, RSS', unit: 'MB', digits: 0 },
  capacity: { title: 'Streams at 50 tokens/s, p99 < 150 ms', unit: '', digits: 0 },
  capacityLoad: { title: 'Processor used by the server at that', unit: '%', digits: 0 },
  perCore: {
    title: 'Streams at 50 tokens/s that one core’s time is enough for',
    unit: '',

    digits: 0,
  },
} as const satisfies Record<string, Metric>

export interface Metric {
  readonly title: string
  readonly unit: string
  readonly digits: number
}

export type MetricName = keyof typeof METRICS
