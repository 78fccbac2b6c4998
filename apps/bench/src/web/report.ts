import { cpus } from 'node:os'
import type { Figures } from './stream.ts'

const ROWS: readonly (readonly [string, (figures: Figures) => string])[] = [
  ['commits a second', ({ commitsPerSecond }) => commitsPerSecond.toFixed(1)],
  ['CPU ms per commit, early', ({ earlyMs }) => earlyMs.toFixed(1)],
  ['CPU ms per commit, late', ({ lateMs }) => lateMs.toFixed(1)],
  ['late to early', ({ earlyMs, lateMs }) => `${(lateMs / earlyMs).toFixed(2)} x`],
  ['CPU ms around the end', ({ endMs }) => endMs.toFixed(0)],
  ['tasks over 50 ms', ({ longTasks }) => String(longTasks)],
  ['longest task, ms', ({ longestTaskMs }) => longestTaskMs.toFixed(0)],
  ['main thread busy, %', ({ busyPercent }) => busyPercent.toFixed(1)],
  ['heap over the empty page, MB', ({ heapMb }) => heapMb.toFixed(1)],
  ['key to paint, idle, ms', ({ keyIdleMs }) => keyIdleMs.toFixed(1)],
  ['key to paint, streaming, ms', ({ keyStreamingMs }) => keyStreamingMs.toFixed(1)],
  ['seconds', ({ seconds }) => seconds.toFixed(0)],
]

/** One column for each page, one row for each figure, in Markdown. */
export function table(columns: Readonly<Record<string, Figures>>): string {
  const names = Object.keys(columns)
  const figures = Object.values(columns)
  const rows = ROWS.map(([label, format]) => [label].concat(figures.map(format)))
    // Without a figure in any column.
    .filter(([, ...cells]) => cells.some((cell) => !cell.startsWith('NaN')))
  return lines([['', ...names], ['---', ...names.map(() => '---:')], ...rows])
}

export function lines(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

export function machine(): string {
  return `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`
}
