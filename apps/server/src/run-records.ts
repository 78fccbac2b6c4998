import { setTimeout as sleep } from 'node:timers/promises'
import type { FinishedStep, ToolResult } from '@sluice/claude'
import {
  BudgetError,
  type Budgets,
  claimRun,
  type Db,
  endRun,
  endToolCall,
  readRun,
  readRunState,
  requireBudget,
  reserveBudget,
  type RunClaim as DatabaseRunClaim,
  type RunEnd,
  saveLog,
  saveStep,
  startToolCall,
  type Step,
} from '@sluice/db'
import type { RunEvent, TerminalEvent } from '@sluice/events'
import { runNotFound, type RunRecords, RunsError, within } from '@sluice/runs'
import type { FastifyBaseLogger } from 'fastify'
import { budgetRefusal } from './budget-refusal.ts'
import { causeOf, type ServerDatabase } from './database.ts'
import { endRow, storableUsd, stepRow } from './run-rows.ts'
import { storedEvents, storedTerminal } from './stored-events.ts'
import { toWellFormed } from './well-formed.ts'

export interface RunRecordsOptions {
  readonly database: Pick<ServerDatabase, 'ready' | 'query'>
  readonly budgets: Budgets
  /** Names this process in the rows of its runs. */
  readonly instance: string
  readonly logger: FastifyBaseLogger
}

export interface DatabaseRecords extends RunRecords {
  /**
   * As {@link RunRecords.claim}, with more that is stored about the run. `alongside` is called if the run id is free, in
   * the transaction that claims it: what it throws takes the claim back.
   *
   * @throws {LimitError} when a budget has nothing left.
   */
  claim(claim: ServerRunClaim, alongside?: (transaction: Db) => Promise<void>): Promise<boolean>
  /** Keeps a call to Claude, to be stored with the end of its run. */
  addStep(runId: string, step: FinishedStep['step']): void
  /**
   * Stores a call to Claude now, with the calls of tools that it made.
   *
   * @param asks whether a person has to allow a call.
   * @throws {RunsError} `log_ended`, `unavailable`.
   */
  saveStep(runId: string, step: FinishedStep, asks: (name: string) => boolean): Promise<void>
  /**
   * Reserves what a run can cost when Claude is called again, in US dollars: `next` at most.
   *
   * @returns false when a budget has nothing left.
   * @throws {RunsError} `log_ended`, `unavailable`.
   */
  reserve(runId: string, usd: { readonly spent: number; readonly next: number }): Promise<boolean>
  /**
   * Records that a run begins to execute a call. @returns the owner of the run; undefined when the call must not be
   * executed. @throws {RunsError} `unavailable`.
   */
  startCall(runId: string, callId: string): Promise<string | undefined>
  /** Stores the result of a call. Waits, and later tries again, for a short time: then the call may have happened. */
  endCall(callId: string, result: ToolResult): Promise<void>
  /** Waits, for a short time, until the ends of an owner's runs are stored. Until then they are read from memory. */
  settled(owner: string): Promise<void>
  /** Tries once more to store the ends that are pending, then logs those that are lost. */
  close(): Promise<void>
}

export type ServerRunClaim = Parameters<RunRecords['claim']>[0] &
  Pick<DatabaseRunClaim, 'answerId' | 'system' | 'tools' | 'settings' | 'leftOut' | 'maxCostUsd'>

/** ms. How long readers wait for an end, or Claude for a result, to be stored before they are told anyway. */
const TELL_AFTER_MS = 2000
/** ms, between two attempts to store an end. */
const RETRY_MS = 1000
/** ms. */
const LAST_CHANCE_MS = 3000
/** How often the result of a call is tried to be stored. */
const CALL_ATTEMPTS = 10

/** Runs are recorded as rows: see `@sluice/db`. */
export function createRunRecords(options: RunRecordsOptions): DatabaseRecords {
  const { database, budgets, instance, logger } = options
  /** By run id: ends that are not stored yet. */
  const pending = new Map<
    string,
    { owner: string; row: RunEnd; events: RunEvent[]; stored: Promise<TerminalEvent> }
  >()
  /** By run id: calls to Claude that are not stored yet. */
  const steps = new Map<string, Step[]>()
  /** Results of calls that are not stored yet. */
  const results = new Set<Promise<void>>()
  const closing = new AbortController()
  const { query } = database

  async function store(runId: string, row: RunEnd, terminal: TerminalEvent): Promise<TerminalEvent> {
    for (let attempt = 1; ; attempt++) {
      try {
        const stored = await endRun(await database.ready(), runId, row)
        pending.delete(runId)
        return stored === undefined || stored === row.end ? terminal : storedTerminal(stored)
      } catch (error) {
        if (attempt === 1) logger.error({ err: causeOf(error), runId }, 'the end of a run is not stored yet')
        if (closing.signal.aborted) return terminal
        await sleep(RETRY_MS, undefined, { signal: closing.signal }).catch(() => {})
      }
    }
  }

  async function storeResult(callId: string, { ok, output }: ToolResult): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await endToolCall(await database.ready(), callId, { ok, output: JSON.stringify(output) })
        return
      } catch (error) {
        if (closing.signal.aborted || attempt === CALL_ATTEMPTS) {
          logger.error({ err: causeOf(error), callId }, 'the result of a call was not stored')
          return
        }
        await sleep(RETRY_MS, undefined, { signal: closing.signal }).catch(() => {})
      }
    }
  }

  return {
    async claim({ runId: id, ...rest }, alongside) {
      const claim = { ...rest, id, instance }
      const { claimed, run } = await query((db) =>
        db.transaction(async (tx) => {
          const made = await claimRun(tx, claim)
          if (made.claimed) {
            await alongside?.(tx)
            await requireBudget(tx, budgets, claim)
          }
          return made
        }),
      ).catch((error: unknown) => {
        throw error instanceof BudgetError ? budgetRefusal(error) : error
      })
      if (run.owner !== claim.owner) throw runNotFound()
      // Or this process claimed it before, but the response was lost.
      return claimed || (run.instance === instance && run.end === null && !pending.has(id))
    },
    addStep(runId, step) {
      steps.set(runId, [...(steps.get(runId) ?? []), stepRow(step)])
    },
    async saveStep(runId, { step, calls, events }, asks) {
      const rows = calls.map(({ callId, toolUseId, name, input }) => ({
        id: callId,
        toolUseId: toWellFormed(toolUseId),
        name: toWellFormed(name),
        input: JSON.stringify(input),
        asks: asks(name),
      }))
      const log = JSON.stringify(events)
      const saved = await query((db) => saveStep(db, runId, { step: stepRow(step), calls: rows, log }))
      if (!saved) throw new RunsError('log_ended', 'The run has ended, or was deleted.')
    },
    async reserve(runId, { spent, next }) {
      const reserved = { id: runId, spentUsd: storableUsd(spent), nextUsd: next }
      let isLive: boolean
      try {
        isLive = await query((db) => reserveBudget(db, budgets, reserved))
      } catch (error) {
        if (error instanceof BudgetError) return false
        throw error
      }
      if (!isLive) throw new RunsError('log_ended', 'The run has ended, or was deleted.')
      return true
    },
    async startCall(runId, callId) {
      return query((db) => startToolCall(db, { runId, callId }))
    },
    async endCall(callId, result) {
      const stored = storeResult(callId, result).finally(() => results.delete(stored))
      results.add(stored)
      await within(TELL_AFTER_MS, stored)
    },
    async end({ runId, owner, events, terminal }) {
      const row: RunEnd = { ...endRow(events, terminal), steps: steps.get(runId) ?? [] }
      steps.delete(runId)
      const stored = store(runId, row, terminal)
      pending.set(runId, { owner, row, events: [...events, terminal], stored })
      return (await within(TELL_AFTER_MS, stored)) ?? terminal
    },
    async save({ runId, events }) {
      await query((db) => saveLog(db, runId, JSON.stringify(events))).catch(() => {})
    },
    async stateOf(owner, runId) {
      const unstored = pending.get(runId)
      if (unstored) return unstored.owner === owner ? 'ended' : undefined
      const run = await query((db) => readRunState(db, owner, runId))
      if (run === undefined) return undefined
      if (run.ended) return 'ended'
      return run.instance === instance ? 'unstarted' : 'elsewhere'
    },
    async eventsOf(owner, runId) {
      const unstored = pending.get(runId)
      if (unstored) return unstored.owner === owner ? unstored.events : undefined
      const run = await query((db) => readRun(db, owner, runId))
      try {
        return run && storedEvents(run)
      } catch (error) {
        logger.error({ err: error, runId }, 'a stored run cannot be read')
        throw new RunsError('unavailable', 'This version of the server cannot read the stored answer.')
      }
    },
    async settled(owner) {
      const theirs = [...pending.values()].filter((end) => end.owner === owner)
      await within(TELL_AFTER_MS, Promise.all(theirs.map(({ stored }) => stored)))
    },
    async close() {
      const unstored = [...[...pending.values()].map(({ stored }) => stored), ...results]
      await within(LAST_CHANCE_MS, Promise.all(unstored))
      for (const [runId, { owner, row }] of pending) {
        logger.error(
          { runId, owner, end: row.end, logChars: row.log.length },
          'the end of a run was not stored',
        )
      }
      closing.abort()
    },
  }
}
