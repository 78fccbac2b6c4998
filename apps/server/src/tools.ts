import type { ToolDefinition, ToolResult } from '@sluice/claude'
import type { Context } from './context.ts'

/** What makes a procedure a tool, beside being listed: see `toolsOf`. */
export interface ToolMeta {
  /** For Claude: what it does, and when to use it. */
  readonly description: string
  /** Whether a person has to allow each call. Default: true for a mutation, false for a query. */
  readonly ask?: boolean
}

/** The procedures that Claude may call. */
export interface Tools {
  readonly definitions: readonly ToolDefinition[]
  /** The path of a tool's procedure. The name itself when no tool has it. */
  nameOf(name: string): string
  /** Whether a person has to allow a call. False for a name that no tool has: it is not executed anyway. */
  asksFirst(name: string): boolean
  /**
   * Calls the procedure in the owner's context. Never rejects: what goes wrong is a result too.
   *
   * @param input JSON text.
   */
  call(
    context: Context,
    call: { readonly runId: string; readonly callId: string; readonly name: string; readonly input: string },
    signal: AbortSignal,
  ): Promise<ToolResult>
}

export const NO_TOOLS: Tools = {
  definitions: [],
  nameOf: (name) => name,
  asksFirst: () => false,
  call: async (_context, { name }) => ({ ok: false, output: `There is no tool ${name}.` }),
}
