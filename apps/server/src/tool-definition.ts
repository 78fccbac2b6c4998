/* oxlint-disable no-underscore-dangle -- `_def` is where tRPC keeps what a router and its procedures are */
import type { ToolDefinition } from '@sluice/claude'
import type { AnyProcedure, AnyRouter } from '@trpc/server'
import { z } from 'zod'
import type { Meta } from './trpc.ts'

/** A procedure that Claude may call. */
export interface Tool {
  readonly path: string
  readonly mutates: boolean
  /** Whether a person has to allow each call. */
  readonly asksFirst: boolean
  readonly definition: ToolDefinition
}

/** As the Messages API allows. */
const WIRE_NAME = /^[\w-]{1,128}$/

/** Reads what Claude has to know from a procedure. @throws {Error} when it cannot be a tool: why, and what to do. */
export function toolOf(router: AnyRouter, path: string): Tool {
  const procedure = new Map<string, AnyProcedure>(Object.entries(router._def.procedures)).get(path)
  if (!procedure) {
    throw new Error(`There is no procedure ${path}. Correct the list of tools; lazy routers cannot be on it.`)
  }
  const { type, inputs } = procedure._def
  if (type === 'subscription') {
    throw new Error(
      `${path} is a subscription. Take it off the list of tools: only queries and mutations can be called.`,
    )
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `procedure` in trpc.ts has this type of meta
  const { tool } = (procedure._def.meta ?? {}) as Meta
  if (!tool?.description.trim()) {
    throw new Error(`${path} does not say what it is for. Add .meta({ tool: { description: '…' } }) to it.`)
  }
  // The API allows no dots.
  const name = path.replaceAll('.', '__')
  if (!WIRE_NAME.test(name)) {
    throw new Error(
      `${path} is ${name} to Claude, where names have 1 to 128 letters, digits, _ and -. Rename the procedure.`,
    )
  }
  const mutates = type === 'mutation'
  return {
    path,
    mutates,
    asksFirst: tool.ask ?? mutates,
    definition: { name, description: tool.description, input_schema: inputSchemaOf(path, inputs) },
  }
}

function inputSchemaOf(path: string, inputs: readonly unknown[]): ToolDefinition['input_schema'] {
  const schemas = inputs.filter((input) => input instanceof z.ZodType)
  if (schemas.length < inputs.length)
    throw new Error(`The input of ${path} is not a zod schema. Make it one.`)
  const [first = z.object({}), ...rest] = schemas
  // A chain of inputs takes what fits all of them. As an intersection, zod writes objects as one.
  const all = rest.reduce((merged, next) => z.intersection(merged, next), first)
  const { $schema: _, type, ...schema } = jsonSchemaOf(path, all)
  if (type === 'object') return { type, ...schema }
  throw new Error(
    `The input of ${path} is not one object in JSON schema, as Claude's API wants it. Make it a z.object, not a union, ` +
      'nullable or with an id.',
  )
}

function jsonSchemaOf(path: string, schema: z.ZodType): z.core.JSONSchema.BaseSchema {
  try {
    return z.toJSONSchema(schema, { io: 'input' })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(
      `The input of ${path} cannot be written as JSON schema: ${reason}. Use what JSON has, e.g. z.iso.datetime() for a date.`,
      { cause },
    )
  }
}
