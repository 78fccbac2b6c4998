import { expect, test } from 'vitest'
import { MEASURE_NAMES, readOptions } from './options.ts'

test('without arguments everything is measured, on the real wire', () => {
  expect(readOptions([])).toMatchObject({ quick: false, measures: MEASURE_NAMES, tokensPerDelta: 2 })
})

test('raw is always among the peers: every ratio is to it', () => {
  expect(readOptions(['--', '--only', 'paced,memory', '--peers', 'sluice'])).toMatchObject({
    measures: ['paced', 'memory'],
    peers: ['raw', 'sluice'],
  })
})

test('an unknown name is refused with the known ones', () => {
  expect(() => readOptions(['--only', 'speed'])).toThrow(/--only speed: expected paced, latency/)
  expect(() => readOptions(['--delta-tokens', '3'])).toThrow('--delta-tokens is 1 or 2')
})
