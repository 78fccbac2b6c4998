import { expect, test } from 'vitest'
import { Results } from './results.ts'
import type { Sample } from './sample.ts'
import { tableOf } from './table.ts'

const RUN = { peers: ['raw', 'ai-sdk', 'sluice'], tokensPerDelta: 2 } as const

function rowOf(samples: readonly Sample[], title: string): string {
  const row = tableOf(new Results(samples), RUN)
    .split('\n')
    .find((line) => line.startsWith(`| ${title}`))
  return row ?? ''
}

test('a row has medians, how far rounds strayed, ratios to raw, and goals with what was found', () => {
  const samples: Sample[] = [1, 2, 3].flatMap((round) => [
    { metric: 'pacedCpu', peer: 'raw', round, value: 10 * round },
    { metric: 'pacedCpu', peer: 'ai-sdk', round, value: 60 * round },
    { metric: 'pacedCpu', peer: 'sluice', round, value: 9 * round },
  ])
  expect(rowOf(samples, 'CPU per token, 50 streams')).toBe(
    '| CPU per token, 50 streams × 80 tokens/s, µs | 20.0 ±50 % | 120.0 ±50 % (6.0×) | 18.0 ±50 % (0.90×) | ≤ 0.8 × raw: **fail** (0.90 ×)<br>≤ 0.15 × ai-sdk: **pass** (0.15 ×) |',
  )
})

test('a figure that was cut off says so, and meets no goal by it', () => {
  const samples: Sample[] = [
    { metric: 'vanishedSeconds', peer: 'raw', round: 1, value: 8, atLeast: true },
    { metric: 'vanishedSeconds', peer: 'sluice', round: 1, value: 8, atLeast: true },
  ]
  expect(rowOf(samples, 'Vanished')).toBe(
    '| Vanished client: upstream closed after, s | ≥ 8.0 | – | ≥ 8.0 | ≤ 81 s (lease + grace): not seen |',
  )
})

test('streams held are compared only where the comparison is certain', () => {
  const capacity = (raw: number, sluice: number): Sample[] => [
    { metric: 'capacity', peer: 'raw', round: 1, value: raw, atLeast: true },
    { metric: 'capacity', peer: 'sluice', round: 1, value: sluice },
  ]
  expect(rowOf(capacity(500, 300), 'Streams')).toContain('≥ 1.2 × raw: **fail** (0.60 ×)')
  expect(rowOf(capacity(500, 600), 'Streams')).toContain('≥ 1.2 × raw: not seen')
})

test('what was not measured has no row', () => {
  expect(tableOf(new Results([]), RUN).split('\n')).toHaveLength(2)
})
