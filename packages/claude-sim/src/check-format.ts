import { invalidRequest } from './api-error.ts'
import type { MessagesBody } from './messages-body.ts'

/** What the API's grammar for outputs does not know. */
const UNSUPPORTED =
  'minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength maxItems uniqueItems prefixItems minProperties maxProperties propertyNames patternProperties not oneOf'.split(
    ' ',
  )
const AT = 'output_config.format.schema'

type Schema = Readonly<Record<string, unknown>>

/** @throws a 400 `ApiError` for a schema of the output that the API would not compile. */
export function checkFormat({ output_config }: MessagesBody): void {
  const format = output_config?.format
  if (!format) return
  if (format.schema['type'] !== 'object') throw invalidRequest(`${AT}: the root must be of type 'object'`)
  check(format.schema, [])
}

/** `within`: the definitions in which it is. */
function check(schema: Schema, within: readonly string[], root = schema): void {
  const { $ref, type, properties, items, anyOf, $defs } = schema
  const wrong = UNSUPPORTED.find((keyword) => keyword in schema)
  if (wrong) throw invalidRequest(`${AT}: For '${String(type)}' type, property '${wrong}' is not supported`)
  if (typeof $ref === 'string') {
    if (within.includes($ref)) throw invalidRequest(`${AT}: Recursive schemas are not supported`)
    const target = $ref
      .split('/')
      .slice(1)
      .reduce<unknown>((part, key) => Object(part)[key], root)
    check(Object(target), [...within, $ref], root)
    return
  }
  if (type === 'object' && schema['additionalProperties'] !== false)
    throw invalidRequest(`${AT}: For 'object' type, 'additionalProperties' must be explicitly set to false`)
  if (!['type', 'enum', 'const', 'anyOf', 'allOf'].some((key) => key in schema))
    throw invalidRequest(`${AT}: Schema must have a type`)
  const parts = [...Object.values({ ...Object(properties), ...Object($defs) }), ...[anyOf ?? []].flat()]
  for (const part of items === undefined ? parts : [...parts, items]) check(Object(part), within, root)
}
