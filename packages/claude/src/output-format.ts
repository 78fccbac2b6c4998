import type Anthropic from '@anthropic-ai/sdk'
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod'
import { z } from 'zod'

type JsonSchema = z.core.JSONSchema.BaseSchema

const known = new WeakMap<z.ZodType, Anthropic.JSONOutputFormat>()

/**
 * A schema as the API takes it. What the API does not know, such as the length of a string, is in the descriptions, for
 * Claude to read.
 *
 * @throws {Error} for a schema that the API refuses: where, and what to do.
 */
export function outputFormat(schema: z.ZodType): Anthropic.JSONOutputFormat {
  const made = known.get(schema)
  if (made) return made
  const root = jsonSchemaOf(schema)
  if (root.type !== 'object') throw refused('', 'is not one object. Make it a z.object, without an id')
  check(root, '')
  const { type, schema: format } = zodOutputFormat(schema)
  known.set(schema, { type, schema: format })
  return { type, schema: format }
}

function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  try {
    return z.toJSONSchema(schema, { cycles: 'throw' })
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    const reason = message.startsWith('Cycle') ? 'it contains itself' : message
    throw new Error(`Claude cannot write this output: ${reason}. Use what JSON has, to a fixed depth.`, {
      cause,
    })
  }
}

function check(schema: JsonSchema, path: string): void {
  const { type, properties = {}, items, anyOf, oneOf, additionalProperties } = schema
  if (schema.allOf) throw refused(path, 'is an intersection. Make it one z.object')
  if (schema.prefixItems) throw refused(path, 'is a tuple. Make it a z.object')
  const choices = anyOf ?? oneOf
  if (choices) return choices.forEach((choice) => checkPart(choice, path))
  if (type === undefined && !schema.enum && schema.const === undefined && !schema.$ref) {
    throw refused(path, 'may be anything. Say which type it has')
  }
  if (schema.propertyNames || Object.keys(additionalProperties ?? {}).length > 0) {
    throw refused(
      path,
      'has keys that are not known before. Make it an array of objects with a key and a value',
    )
  }
  for (const [key, property] of Object.entries(properties)) checkPart(property, path ? `${path}.${key}` : key)
  if (items !== undefined) checkPart(Array.isArray(items) ? {} : items, `${path}[]`)
  for (const [name, shared] of Object.entries(schema.$defs ?? {})) checkPart(shared, name)
}

function checkPart(schema: JsonSchema | boolean, path: string): void {
  check(typeof schema === 'boolean' ? {} : schema, path)
}

function refused(path: string, problem: string): Error {
  return new Error(`Claude cannot write this output: ${path || 'its schema'} ${problem}.`)
}
