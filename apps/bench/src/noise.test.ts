import { expect, test } from 'vitest'
import { judgeNoise } from './noise.ts'

const CALM = { wallMs: 20, cpuMs: 20 }

test('work that waits for a processor makes a run untrustworthy', () => {
  const { wait, warnings } = judgeNoise(
    [CALM, { wallMs: 40, cpuMs: 20 }, { wallMs: 30, cpuMs: 20 }],
    undefined,
  )
  expect(wait).toBeCloseTo(0.5)
  expect(warnings).toContain('fixed work waited 50 % of its time for a processor')
})

test('so does a processor whose speed changes, and a floor that moves', () => {
  const { warnings } = judgeNoise([CALM, { wallMs: 30, cpuMs: 30 }], 0.4)
  expect(warnings).toContain('the processor’s speed changed by 50 %')
  expect(warnings).toContain('raw’s own CPU per token strayed by 40 % between rounds')
})

test('calm work raises no suspicion of its own', () => {
  const { warnings } = judgeNoise([CALM, CALM, CALM], 0.1)
  expect(warnings.filter((warning) => !warning.startsWith('the load average'))).toEqual([])
})
