import type { ToolResult } from '@sluice/claude'
import {
  type AnyMutationProcedure,
  type AnyProcedure,
  type AnyQueryProcedure,
  type AnyRouter,
  getTRPCErrorFromUnknown,
  TRPCError,
} from '@trpc/server'
import { type Tool, toolOf } from './tool-definition.ts'
import { cutOutput, outputOf } from './tool-output.ts'
import type { Tools } from './tools.ts'
import { createCallerFactory, publicMessage } from './trpc.ts'
import { toWellFormed } from './well-formed.ts'
import { TimeLimitError, withTimeLimit } from './with-time-limit.ts'

export interface ToolsOptions {
  /** How long a call may take, in ms. Then its signal is aborted, and it is not waited for. Default: 60,000. */
  readonly maxMs?: number | undefined
  /** Called for errors that are not shown: bugs, results that are not JSON, and calls that took too long. */
  readonly onError?: ((failure: ToolFailure) => void) | undefined
}

interface ToolFailure {
  readonly error: unknown
  readonly path: string
  readonly runId: string
  readonly callId: string
}

/** The paths of a router's queries and mutations, such as `'shop.search'`. */
export type ToolPath<TRouter extends AnyRouter> = PathsIn<TRouter['_def']['record']>

type PathsIn<TRecord> = {
  [TKey in keyof TRecord & string]: TRecord[TKey] extends AnyProcedure
    ? TRecord[TKey] extends AnyQueryProcedure | AnyMutationProcedure
      ? TKey
      : never
    : `${TKey}.${PathsIn<TRecord[TKey]>}`
}[keyof TRecord & string]

/**
 * Makes procedures tools: those that are listed, and no others. Each has a description for Claude in its meta:
 *
 *     search: procedure.meta({ tool: { description: 'Searches the shop.' } }).input(…).query(…)
 *     const tools = toolsOf(appRouter, ['shop.search', 'shop.add'])
 *
 * A call passes the procedure's input schemas and middleware in the context of the run's owner: Claude may do what the
 * owner may do. `ctx.toolCall` says which call it is, and `signal` is aborted when the run is.
 *
 * @throws {Error} for a procedure that cannot be a tool: why, and what to do.
 */
export function toolsOf<TRouter extends AnyRouter>(
  router: TRouter,
  paths: readonly ToolPath<TRouter>[],
  { maxMs = 60_000, onError }: ToolsOptions = {},
): Tools {
  const tools = toolsByName(router, paths)
  const createCaller = createCallerFactory(router)
  return {
    definitions: [...tools.values()].map(({ definition }) => definition),
    nameOf: (name) => tools.get(name)?.path ?? name,
    asksFirst: (name) => tools.get(name)?.asksFirst ?? false,
    async call(context, { runId, callId, name, input: text }, signal) {
      const tool = tools.get(name)
      if (!tool) return failed(`There is no tool ${name}.`)
      if (signal.aborted) return failed(`${tool.path} was stopped before it began.`)
      const { path } = tool
      const report = (error: unknown) => onError?.({ error, path, runId, callId })
      let result: unknown
      try {
        const input = parse(text)
        result = await withTimeLimit(
          (within) => {
            const caller = createCaller({ ...context, toolCall: { runId, callId } }, { signal: within })
            return procedureAt(caller, path)(input)
          },
          { ms: maxMs, signal },
        )
      } catch (error) {
        return failed(explain(error, { tool, signal, report }))
      }
      try {
        return { ok: true, output: outputOf(result) }
      } catch (error) {
        report(error)
        return failed('The call was made, but its result cannot be written as JSON.')
      }
    },
  }
}

function toolsByName(router: AnyRouter, paths: readonly string[]): Map<string, Tool> {
  const tools = new Map<string, Tool>()
  for (const path of paths) {
    const tool = toolOf(router, path)
    const { name } = tool.definition
    const other = tools.get(name)
    if (other?.path === path) throw new Error(`The tool ${path} is listed twice. List it once.`)
    if (other) throw new Error(`${other.path} and ${path} are both ${name} to Claude. Rename one of them.`)
    tools.set(name, tool)
  }
  return tools
}

type Procedure = (input: unknown) => Promise<unknown>

/** A caller has the shape of its router, with a function for each procedure. */
function procedureAt(caller: object, path: string): Procedure {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the router has a procedure at this path
  return path.split('.').reduce((part, key) => Reflect.get(part, key), caller) as Procedure
}

/** @throws {TRPCError} `BAD_REQUEST`. */
function parse(input: string): unknown {
  try {
    // Claude writes nothing where there is nothing to say.
    return JSON.parse(input === '' ? '{}' : input)
  } catch (cause) {
    const message = `The input is not valid JSON. ${cause instanceof Error ? cause.message : ''}`
    throw new TRPCError({ code: 'BAD_REQUEST', message, cause })
  }
}

/** Why a call failed: for Claude as for the person, so nothing internal. */
function explain(
  cause: unknown,
  { tool, signal, report }: { tool: Tool; signal: AbortSignal; report: (error: unknown) => void },
): string {
  const doubt = tool.mutates ? ' It may have happened.' : ''
  // First of all, because procedures that are aborted throw anything.
  if (signal.aborted) return `${tool.path} was stopped.${doubt}`
  if (cause instanceof TimeLimitError) {
    report(cause)
    return `${tool.path} ${cause.message}.${doubt}`
  }
  const error = getTRPCErrorFromUnknown(cause)
  if (error.code === 'INTERNAL_SERVER_ERROR') report(error.cause ?? error)
  return publicMessage(error)
}

function failed(message: string): ToolResult {
  return { ok: false, output: cutOutput(toWellFormed(message)) }
}
