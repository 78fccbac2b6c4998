import { stripVTControlCharacters } from 'node:util'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { readableLog } from './readable-log.ts'

test('a line has its time, level, message and fields; an error its stack below', () => {
  const lines: string[] = []
  const logger = pino({}, readableLog({ write: (text) => lines.push(stripVTControlCharacters(text)) }))
  logger.info({ runId: 'r1', ms: 12 }, 'run ended')
  logger.error({ err: new Error('no connection') }, 'the database failed')
  logger.warn('plain')
  expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d INFO run ended \{ runId: 'r1', ms: 12 \}\n$/)
  expect(lines[1]).toMatch(/^\S+ ERROR the database failed\nError: no connection\n {4}at /)
  expect(lines[2]).toMatch(/^\S+ WARN plain\n$/)
})
