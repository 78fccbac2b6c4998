import * as fc from 'fast-check'

/** Damage to a byte stream. Positions are fractions of its length. */
export type Damage =
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'lose' | 'repeat'; readonly at: number; readonly bytes: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  /** Swaps one SSE message with another. */
  | { readonly kind: 'reorder'; readonly at: number; readonly with: number }

const place = fc.double({ min: 0, max: 1, noNaN: true })
const few = fc.integer({ min: 1, max: 300 })

export const anyDamage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), at: place }),
  fc.record({ kind: fc.constant('flip' as const), at: place, bit: fc.integer({ min: 0, max: 7 }) }),
  fc.record({ kind: fc.constantFrom('lose' as const, 'repeat' as const), at: place, bytes: few }),
  fc.record({ kind: fc.constant('insert' as const), at: place, bytes: fc.uint8Array({ maxLength: 40 }) }),
  fc.record({ kind: fc.constant('reorder' as const), at: place, with: place }),
)

export function damaged(stream: Buffer, damages: readonly Damage[]): Buffer {
  return damages.reduce(damage, stream)
}

function damage(stream: Buffer, one: Damage): Buffer {
  const at = Math.floor(one.at * stream.length)
  const before = stream.subarray(0, at)
  switch (one.kind) {
    case 'cut':
      return before
    case 'flip': {
      const flipped = Buffer.from(stream)
      if (at < stream.length) flipped[at] = (stream[at] ?? 0) ^ (1 << one.bit)
      return flipped
    }
    case 'lose':
      return Buffer.concat([before, stream.subarray(at + one.bytes)])
    case 'repeat':
      return Buffer.concat([stream.subarray(0, at + one.bytes), stream.subarray(at)])
    case 'insert':
      return Buffer.concat([before, one.bytes, stream.subarray(at)])
    case 'reorder': {
      const messages = stream.toString('latin1').split('\n\n')
      const [a, b] = [one.at, one.with].map((where) => Math.floor(where * (messages.length - 1))) as [
        number,
        number,
      ]
      ;[messages[a], messages[b]] = [messages[b] ?? '', messages[a] ?? '']
      return Buffer.from(messages.join('\n\n'), 'latin1')
    }
    default:
      return one satisfies never
  }
}
