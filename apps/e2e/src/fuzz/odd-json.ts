import * as fc from 'fast-check'

const uuid = fc.uuid()
const anyText = fc.string({ unit: 'binary', minLength: 1, maxLength: 50 })

/** Valid inputs. */
const goodInput: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  fc.record({
    conversationId: uuid,
    runId: uuid,
    parentId: fc.option(uuid),
    content: fc.constant('fuzz [[sim tokens=20]]'),
  }),
  fc.record({
    conversationId: uuid,
    runId: uuid,
    parentId: fc.constant(null),
    content: fc.constant([{ type: 'text', text: 'fuzz' }]),
    model: fc.constant('claude-opus-4-8'),
    maxTokens: fc.integer({ min: 1, max: 1000 }),
    effort: fc.constant('low'),
    onDisconnect: fc.constant('abort'),
  }),
  fc.record({ runId: uuid, messageId: uuid }),
  fc.record({ conversationId: uuid }),
  fc.record({ conversationId: uuid, title: anyText }),
  fc.record({ words: anyText, limit: fc.integer({ min: 1, max: 100 }) }),
  fc.record({
    cursor: fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 16n }), uuid).map((parts) => parts.join('_')),
  }),
  fc.record({ runId: uuid, readerId: uuid, lastEventId: fc.nat().map(String) }),
  fc.record({ runId: uuid, readerId: uuid, position: fc.nat() }),
  fc.record({ runId: uuid }),
)

const oddValue = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(
    null,
    -1,
    1e308,
    0.5,
    '',
    ' ',
    '\u0000',
    '\ud800',
    [],
    {},
    'constructor',
    '__proto__',
  ),
  fc.string({ unit: 'binary', maxLength: 50 }),
  fc.constant('x'.repeat(5000)),
)

/** Valid inputs with one field, at any depth, replaced, removed or added. */
const almostGoodInput = fc
  .record({
    input: goodInput,
    seat: fc.nat(100),
    how: fc.constantFrom('replace', 'remove', 'add'),
    value: oddValue,
    key: fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('__proto__', 'constructor', 'toString')),
  })
  .map(({ input, seat, how, value, key }) => {
    const copy = structuredClone(input)
    const holders = holdersIn(copy)
    const [holder, field] = holders[seat % holders.length] ?? [copy, 'runId']
    if (how === 'replace') holder[field] = value
    else if (how === 'remove') delete holder[field]
    else Object.defineProperty(holder, key, { value, enumerable: true, configurable: true })
    return copy
  })

type Holder = Record<string, unknown>

function holdersIn(value: unknown): [Holder, string][] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Holder
  const own = Object.keys(holder).map((key): [Holder, string] => [holder, key])
  return own.concat(Object.values(holder).flatMap(holdersIn))
}

const input = fc.oneof(goodInput, almostGoodInput, oddValue)

/** JSON, or almost JSON. */
export const oddJson = fc.oneof(
  { weight: 6, arbitrary: input.map((value) => JSON.stringify(value)) },
  { weight: 2, arbitrary: input.map((value) => JSON.stringify({ 0: value, 1: value })) },
  { weight: 1, arbitrary: input.map((value) => JSON.stringify(value).slice(0, -1)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 100 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('['.repeat(50_000), '{"a":'.repeat(5000), '', '"', '\ufeff{}', '1e999'),
  },
)
