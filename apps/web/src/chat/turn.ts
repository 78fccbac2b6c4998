import type { RunStore } from '@sluice/client'
import type { Step } from './branch.ts'
import type { Decisions } from './decisions.ts'
import type { Question } from './question.ts'
import type { RunTimes } from './run-times.ts'

/** A question and the run that answers it: of several runs the last one, whose view is that of the whole answer. */
export interface Turn extends Question {
  readonly step: Step
  readonly run: RunStore
  /** The server has confirmed the run, so it can be followed. */
  readonly started: boolean
  readonly times: () => RunTimes
  /** How many of the oldest messages Claude was not sent, because the conversation had become too long. */
  readonly leftOut: number
  /** About calls of the answer, made in this page. */
  readonly decisions: Decisions
}

/** Whether a turn would be shown in the same way. */
export function isSameTurn(a: Turn, b: Turn): boolean {
  return (
    a.run === b.run &&
    a.started === b.started &&
    a.decisions === b.decisions &&
    a.step.question === b.step.question &&
    a.step.answer === b.step.answer &&
    a.step.questions.length === b.step.questions.length &&
    a.step.answers.length === b.step.answers.length
  )
}
